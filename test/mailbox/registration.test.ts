// B7, B8 of the design, and the races of its section.
import { expectOneRight, ratioOf, sameBut, snapshot } from '../support/codes';
import { type Answer, everywhere, newPerson, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { quieten, statementsOf } from '../support/statements';
import { createVisitor } from '../support/visitor';

const mailbox = createMailbox();
const verified = { ...mailbox.environment, AUTH_REGISTRATION: 'verified' };
const password = 'a quiet garden gate';

const existing = async ({ app }: House): Promise<{ email: string; username: string }> => {
  const username = uniqueName();
  const email = `${username}@example.com`;
  await app.services.accounts.create({ username, email, password });
  return { email, username };
};

everywhere(
  'registering that begins with the mailbox',
  (house, door) => {
    it('makes the user whose address is proved, and logs in', async () => {
      const username = uniqueName();
      const email = `${username}@example.com`;
      const asked = await door.send(house(), 'requestRegistration', { email, locale: 'de' });
      expect([asked.status, asked.code]).toEqual([door.name === 'REST' ? 202 : 200, null]);
      const mail = await mailbox.next(email, 'register-code');
      const input = { attempt: asked.body.attempt, code: mail.code, username, password, locale: 'de' };
      const made = await door.send(house(), 'completeRegistration', input);
      expect([made.status, made.code]).toEqual([door.name === 'REST' ? 201 : 200, null]);
      expect(made.body.user).toMatchObject({ username, email, emailVerified: true, locale: 'de' });
      expect((await door.send(house(), 'profile', undefined, made.body.accessToken)).code).toBeNull();
      expect((await door.send(house(), 'completeRegistration', { ...input, username: uniqueName() })).code).toBe('INVALID_CODE');
    });

    it('is finished by the link of the mail in any browser, and a look at it changes nothing', async () => {
      const username = uniqueName();
      const email = `${username}@example.com`;
      await door.send(house(), 'requestRegistration', { email });
      const { link } = await mailbox.next(email, 'register-code');
      const path = new URL(link ?? '').pathname;
      await mailbox.settled(house());
      const before = await snapshot(house());
      const elsewhere = createVisitor(house());
      const page = await elsewhere.get(path);
      expect([page.status, page.title, /name="code"/.test(page.text)]).toEqual([200, 'Finish registering · gatehouse.test', false]);
      expect([(await elsewhere.post(path, {})).status, await snapshot(house())]).toEqual([410, before]);
      const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(page.text) ?? [];
      const hidden = Object.fromEntries(
        [...page.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      );
      const weak = await elsewhere.post(action, { ...hidden, username, password: 'short' });
      expect([weak.status, weak.code, weak.text.includes(`value="${hidden.token}"`)]).toEqual([400, 'WEAK_PASSWORD', true]);
      const seen = await elsewhere.submit(action, { ...hidden, username, password });
      expect([seen.title, seen.text.includes(username)]).toEqual(['Your account · gatehouse.test', true]);
      const over = await elsewhere.get(path);
      expect([over.status, over.text.includes('href="/account/register"')]).toEqual([410, true]);
    });

    it('B7: answers alike for a free and a taken address, and tells the owner of the taken one', async () => {
      const { email } = await existing(house());
      const free = `${uniqueName()}@example.com`;
      const [taken, unknown] = [
        await door.send(house(), 'requestRegistration', { email }),
        await door.send(house(), 'requestRegistration', { email: free }),
      ];
      expect(sameBut(taken)).toEqual(sameBut(unknown));
      const told = await mailbox.next(email, 'register-taken');
      expect([told.code, told.link]).toEqual([null, null]);
      expect((await mailbox.next(free, 'register-code')).code).toMatch(/^\d{8}$/);
    });

    it('keeps the code where the password or the name is refused', async () => {
      const email = `${uniqueName()}@example.com`;
      const { username: taken } = await existing(house());
      await door.send(house(), 'requestRegistration', { email });
      const { token } = await mailbox.next(email, 'register-code');
      const send = (input: object): Promise<Answer> =>
        door.send(house(), 'completeRegistration', { token, username: uniqueName(), password, ...input });
      expect((await send({ password: 'short' })).code).toBe('WEAK_PASSWORD');
      expect((await send({ username: taken })).code).toBe('USERNAME_TAKEN');
      expect((await send({ username: 'no @ in a name' })).code).toBe('BAD_USER_INPUT');
      expect((await send({})).code).toBeNull();
    });

    it('refuses an address that was taken meanwhile', async () => {
      const email = `${uniqueName()}@example.com`;
      const tokens = [];
      for (let time = 0; time < 2; time += 1) {
        await door.send(house(), 'requestRegistration', { email });
        tokens.push((await mailbox.next(email, 'register-code')).token);
      }
      const [first, second] = tokens.map((token) => ({ token, username: uniqueName(), password }));
      expect((await door.send(house(), 'completeRegistration', first)).code).toBeNull();
      expect((await door.send(house(), 'completeRegistration', second)).code).toBe('EMAIL_TAKEN');
    });

    it('tells in its answer how many registrations are left', async () => {
      const email = `${uniqueName()}@example.com`;
      await door.send(house(), 'requestRegistration', { email });
      const { token } = await mailbox.next(email, 'register-code');
      const made = await door.send(house(), 'completeRegistration', { token, username: uniqueName(), password });
      expect([made.code, made.headers.get('ratelimit-policy')]).toEqual([null, expect.stringContaining('"register')]);
    });

    it('is the only way: register is off', async () => {
      const username = uniqueName();
      const answer = await door.send(house(), 'register', { username, email: `${username}@example.com`, password });
      expect([answer.status, answer.code]).toEqual([403, 'FEATURE_DISABLED']);
      expect((await door.send(house(), 'authConfig')).body.registration.toUpperCase()).toBe('VERIFIED');
    });
  },
  verified,
);

onTwoNodes(
  'completeRegistration',
  (nodes) => {
    it('B8: makes one user of thirty at once with one token, on every node', async () => {
      const email = `${uniqueName()}@example.com`;
      await rest.send(nodes()[0], 'requestRegistration', { email });
      const { token } = await mailbox.next(email, 'register-code');
      const username = uniqueName();
      const go = (at: number) => {
        const own = at % 3 === 0 ? username : uniqueName(); // some want the same name
        return rest.send(nodes()[at % 2] as House, 'completeRegistration', { token, username: own, password });
      };
      const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => go(at)));
      await expectOneRight(
        answers,
        () => go(0),
        () => nodes()[0].app.services.database.client.user.count({ where: { emailKey: email } }),
      );
    });
  },
  verified,
);

onBothDatabases(
  'requestRegistration',
  (house) => {
    it('B7: does the same work for a free and a taken address', async () => {
      const { email } = await existing(house());
      await quieten(house());
      const tables = ['users', 'mail_tokens', 'mails', 'audit_events'];
      const statements = (address: string) =>
        statementsOf(house(), tables, () => rest.send(house(), 'requestRegistration', { email: address }));
      await statements(email); // whatever is made once
      const taken = await statements(email);
      expect(taken).toEqual(expect.arrayContaining(['SELECT users', 'INSERT mail_tokens', 'INSERT mails']));
      expect(await statements(`${uniqueName()}@example.com`)).toEqual(taken);
      const ratio = await ratioOf(
        60,
        () => rest.send(house(), 'requestRegistration', { email }),
        () => rest.send(house(), 'requestRegistration', { email: `${uniqueName()}@example.com` }),
      );
      expect(ratio).toBeLessThan(1.6); // generous: the machine is busy; alone it is within 5 %
    });
  },
  verified,
);

everywhere(
  'a gateway that registers nobody',
  (house, door) => {
    it('says so alike of every address, and operators still make users', async () => {
      const { email } = await existing(house());
      const register = { username: uniqueName(), email, password };
      const codes = [
        await door.send(house(), 'register', register),
        await door.send(house(), 'requestRegistration', { email }),
        await door.send(house(), 'requestRegistration', { email: `${uniqueName()}@example.com` }),
        await door.send(house(), 'completeRegistration', { token: 'x', username: uniqueName(), password }),
      ].map(({ code }) => code);
      expect(codes).toEqual(['FEATURE_DISABLED', 'FEATURE_DISABLED', 'FEATURE_DISABLED', 'FEATURE_DISABLED']);
    });
  },
  { ...mailbox.environment, AUTH_REGISTRATION: 'closed' },
);

everywhere(
  'a gateway without mail',
  (house, door) => {
    it('offers nothing that needs it, and says so', async () => {
      const person = await newPerson(house());
      const { body } = await door.send(house(), 'authConfig');
      expect(body).toMatchObject({
        emailVerification: false,
        passwordReset: false,
        password: { minLength: 8, maxLength: 256 },
        freshSeconds: 600,
      });
      expect(body.loginMethods.map((method: string) => method.toUpperCase())).toEqual(['PASSWORD']);
      const { email, accessToken } = person;
      const codes = [
        await door.send(house(), 'requestPasswordReset', { email }),
        await door.send(house(), 'requestLoginCode', { email }),
        await door.send(house(), 'requestRegistration', { email }),
        await door.send(house(), 'requestEmailVerification', undefined, accessToken),
        await door.send(house(), 'requestEmailChange', { newEmail: `${uniqueName()}@example.com` }, accessToken),
      ].map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['FEATURE_DISABLED']));
      expect(await house().app.services.database.client.mailToken.count()).toBe(0);
    });

    it('proves no address, though AUTH_EMAIL_VERIFICATION says so: a new one counts at once, and factors ask for none', async () => {
      const { accessToken, password: currentPassword } = await newPerson(house());
      const email = `${uniqueName()}@example.com`;
      const changed = await door.send(house(), 'updateProfile', { email, currentPassword }, accessToken);
      expect([changed.code, changed.body.email]).toEqual([null, email]);
      expect((await door.send(house(), 'startTotp', undefined, accessToken)).code).toBeNull();
    });
  },
  { AUTH_EMAIL_VERIFICATION: 'on' },
);
