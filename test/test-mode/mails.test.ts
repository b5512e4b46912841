// Section R of the design: R2.
import { everywhere, newPerson } from '../support/doors';
import type { House } from '../support/house';
import { ask, testMode } from '../support/test-mode';
import { until } from '../support/until';

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
const mailsOf = async (house: House, query: Record<string, string>): Promise<any> =>
  (await fetch(`http://127.0.0.1:${house.app.testPort}/test/mails?${new URLSearchParams(query)}`)).json();

everywhere(
  'The mailbox of test mode',
  (house, door) => {
    it('is mail, whatever AUTH_MAIL_URL says: what needs mail is offered, and a new address is to be proved', async () => {
      const kate = await newPerson(house());
      await until('the code is there', async () => (await mailsOf(house(), { to: kate.email, kind: 'verify-code' })).mails.length === 1);
      const { body } = await door.send(house(), 'authConfig');
      expect(body).toMatchObject({ passwordReset: true, emailVerification: true });
    });

    it('R2 a long poll gives the mail of a reset as soon as it is there, and its code works once', async () => {
      const kate = await newPerson(house());
      const waiting = mailsOf(house(), { to: kate.email.toUpperCase(), kind: 'reset-code', waitSeconds: '60' });
      const asked = await door.send(house(), 'requestPasswordReset', { email: kate.email });
      expect(asked.code).toBeNull();
      const { mails } = await waiting;
      expect(mails).toHaveLength(1);
      const [mail] = mails;
      expect(Object.keys(mail).sort()).toEqual(['code', 'html', 'kind', 'link', 'sent_at', 'subject', 'text', 'to']);
      expect([mail.to, mail.kind, mail.code]).toEqual([kate.email, 'reset-code', expect.stringMatching(/^\d{8}$/)]);
      expect(mail.link).toContain('http://gatehouse.test/account/link/');
      const proof = { attempt: asked.body.attempt, code: mail.code };
      const reset = (newPassword: string) => door.send(house(), 'resetPassword', { ...proof, newPassword });
      expect((await reset('another quiet garden gate')).code).toBeNull();
      expect((await reset('a third quiet garden gate')).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'login', { username: kate.username, password: 'another quiet garden gate' })).code).toBeNull();
    });

    it('has the newest first while the clock stands still, and a mail that is sent twice once', async () => {
      const people = [await newPerson(house()), await newPerson(house()), await newPerson(house()), await newPerson(house())];
      await ask(house(), 'PUT', '/clock', { frozen: true });
      const resets = async (to = '') => (await mailsOf(house(), { kind: 'reset-code', ...(to && { to }) })).mails;
      for (const { email } of people) {
        await door.send(house(), 'requestPasswordReset', { email });
        await until('the mail is there', async () => (await resets(email)).length === 1);
      }
      const newest = (await resets()).slice(0, people.length).map(({ to }: { to: string }) => to);
      expect(newest).toEqual(people.map(({ email }) => email).reverse());
      const { database, mailer } = house().app.services;
      const [row] = await database.client.state.findMany({ where: { key: { startsWith: 'test-mail:' }, value: { contains: newest[0] } } });
      const now = new Date(0);
      const facts = JSON.stringify({ username: 'kate' });
      const again = {
        kind: 'deletion-cancelled',
        recipient: newest[0],
        facts,
        attempts: 1,
        dueAt: now,
        createdAt: new Date(house().clock.now()),
      };
      await database.client.mail.create({ data: { ...again, id: String(row?.key.slice(-36)) } }); // as a node leaves it that was killed after it had sent it
      await ask(house(), 'PUT', '/clock', { advanceSeconds: 1, frozen: false });
      await mailer?.sendDue();
      expect((await mailsOf(house(), { to: newest[0] })).mails.filter(({ kind }: { kind: string }) => kind === again.kind)).toEqual([]);
    });

    it('has the newest first, and is empty when it was emptied; a wait for what does not come ends', async () => {
      const kate = await newPerson(house());
      for (const count of [1, 2]) {
        await door.send(house(), 'requestPasswordReset', { email: kate.email });
        await until(
          `${count} mails are there`,
          async () => (await mailsOf(house(), { to: kate.email, kind: 'reset-code' })).mails.length === count,
        );
        house().clock.advance(3_600);
      }
      const { mails } = await mailsOf(house(), { to: kate.email, kind: 'reset-code' });
      const [newest, older] = mails.map(({ sent_at: sentAt }: { sent_at: string }) => Date.parse(sentAt));
      expect(newest - older).toBeGreaterThanOrEqual(3_600_000);
      const response = await fetch(`http://127.0.0.1:${house().app.testPort}/test/mails`, { method: 'DELETE' });
      expect(((await response.json()) as { deleted: number }).deleted).toBeGreaterThanOrEqual(mails.length);
      expect(await mailsOf(house(), { to: kate.email, waitSeconds: '0.05' })).toEqual({ mails: [] });
      expect(await mailsOf(house(), { waitSeconds: '61' })).toMatchObject({ status: 400 });
    });
  },
  { ...testMode, AUTH_MAIL_URL: 'off' },
);
