// Section R of the design: R2.
import { everywhere, newPerson } from '../support/doors';
import type { House } from '../support/house';
import { until } from '../support/until';

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
const mailsOf = async (house: House, query: Record<string, string>): Promise<any> =>
  (await fetch(`http://127.0.0.1:${house.app.testPort}/test/mails?${new URLSearchParams(query)}`)).json();

everywhere(
  'The mailbox of test mode',
  (house, door) => {
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

    it('has the newest first, and is empty when it was emptied; a wait for what does not come ends', async () => {
      const kate = await newPerson(house());
      for (const count of [1, 2]) {
        await door.send(house(), 'requestPasswordReset', { email: kate.email });
        await until(`${count} mails are there`, async () => (await mailsOf(house(), { to: kate.email })).mails.length === count);
        house().clock.advance(3_600);
      }
      const { mails } = await mailsOf(house(), { to: kate.email });
      const times = mails.map(({ sent_at: sentAt }: { sent_at: string }) => sentAt);
      expect(times).toEqual([...times].sort().reverse());
      const response = await fetch(`http://127.0.0.1:${house().app.testPort}/test/mails`, { method: 'DELETE' });
      expect(((await response.json()) as { deleted: number }).deleted).toBeGreaterThanOrEqual(mails.length);
      expect(await mailsOf(house(), { to: kate.email, waitSeconds: '0.05' })).toEqual({ mails: [] });
      expect(await mailsOf(house(), { waitSeconds: '61' })).toMatchObject({ status: 400 });
    });
  },
  { AUTH_TEST_MODE: 'on', AUTH_TEST_PORT: '0', AUTH_MAIL_URL: 'off' },
);
