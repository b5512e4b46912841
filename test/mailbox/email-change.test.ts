// D1 to D4, D7 to D12 of the design. D5 is the page's; D6's dispute is timeline/links', its reservation is here.
import { expectOneRight, rowOf, sameBut } from '../support/codes';
import { everywhere, logIn, newPerson, postGraphQL, rest, uniqueName } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { until } from '../support/until';

const mailbox = createMailbox();
const freshAddress = (): string => `${uniqueName()}@example.com`;

everywhere(
  'a new address',
  (house, door) => {
    const pendingOf = async (accessToken: string): Promise<string | null> =>
      (await postGraphQL(house(), '{ me { pendingEmail } }', {}, accessToken)).body.data.me.pendingEmail;
    const database = () => house().app.services.database.client;

    it('D1: waits until it is proved, and the old one goes on', async () => {
      const person = await newPerson(house());
      const newEmail = freshAddress();
      const asked = await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      expect([asked.status, asked.code]).toEqual([door.name === 'REST' ? 202 : 200, null]);
      expect((await door.send(house(), 'profile', undefined, person.accessToken)).body.email).toBe(person.email);
      expect(await pendingOf(person.accessToken)).toBe(newEmail);
      const { password } = person;
      expect((await door.send(house(), 'login', { email: person.email, password })).code).toBeNull();
      expect((await door.send(house(), 'login', { email: newEmail, password })).code).toBe('INVALID_CREDENTIALS');
      expect((await mailbox.next(person.email, 'email-change-requested')).link).toContain('/account/link/');
    });

    it('D2: is taken by its code, and every session lives on', async () => {
      const person = await newPerson(house());
      const other = await logIn(house(), person);
      const newEmail = freshAddress();
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      const changed = await door.send(house(), 'confirmEmailChange', { code }, person.accessToken);
      expect([changed.code, changed.body.user.email, changed.body.user.emailVerified]).toEqual([null, newEmail, true]);
      expect((await door.send(house(), 'profile', undefined, other.accessToken)).body.email).toBe(newEmail);
      expect(await pendingOf(person.accessToken)).toBeNull();
      expect((await mailbox.next(person.email, 'email-changed')).link).toContain('/account/link/');
      expect((await mailbox.next(newEmail, 'email-changed')).link).toBeNull();
      const events = await database().auditEvent.findMany({
        where: { userId: person.id, event: { startsWith: 'email.' } },
        orderBy: { at: 'asc' },
      });
      expect(events.map(({ event }) => event)).toEqual(['email.change_requested', 'email.changed']);
      const dispute = await database().mailToken.findFirstOrThrow({
        where: { userId: person.id, purpose: 'DISPUTE', eventId: events[1]?.id ?? '' },
      });
      expect(dispute.email).toBe(person.email);
    });

    it('is taken by its attempt and code, and by its link in a session of the account alone', async () => {
      const [person, eve] = [await newPerson(house()), await newPerson(house())];
      const newEmail = freshAddress();
      const { body } = await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code, token } = await mailbox.next(newEmail, 'change-code');
      const proof = { attempt: body.attempt, code };
      expect((await door.send(house(), 'confirmEmailChange', { token })).code).toBe('UNAUTHENTICATED');
      expect((await door.send(house(), 'confirmEmailChange', { token }, eve.accessToken)).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'confirmEmailChange', proof, eve.accessToken)).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'confirmEmailChange', { token }, person.accessToken)).code).toBeNull();
      expect((await rowOf(house(), eve)).email).toBe(eve.email);
    });

    it('D3: is asked for in a fresh session alone, and then by the very same request', async () => {
      const person = await newPerson(house());
      house().clock.advance(660);
      const input = { newEmail: freshAddress() };
      const stale = await door.send(house(), 'requestEmailChange', input, person.accessToken);
      expect([stale.status, stale.code, stale.body.maxAgeSeconds]).toEqual([401, 'REAUTHENTICATION_REQUIRED', 600]);
      await door.send(house(), 'reauthenticate', { password: person.password }, person.accessToken);
      expect((await door.send(house(), 'requestEmailChange', input, person.accessToken)).code).toBeNull();
    });

    it('D4: is answered alike where it is taken, and its owner is told', async () => {
      const [person, owner] = [await newPerson(house()), await newPerson(house())];
      const free = await door.send(house(), 'requestEmailChange', { newEmail: freshAddress() }, person.accessToken);
      const taken = await door.send(house(), 'requestEmailChange', { newEmail: owner.email }, person.accessToken);
      expect(sameBut(taken)).toEqual(sameBut(free));
      expect(await pendingOf(person.accessToken)).toBe(owner.email);
      const told = await mailbox.next(owner.email, 'address-wanted');
      expect([told.code, told.link]).toEqual([null, null]);
      expect(told.text).not.toContain(person.username);
    });

    it('D4: is refused at its confirmation when it was taken meanwhile, and the request is dropped', async () => {
      const person = await newPerson(house());
      const username = uniqueName();
      const newEmail = `${username}@example.com`;
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await newPerson(house(), { username });
      expect((await door.send(house(), 'confirmEmailChange', { code }, person.accessToken)).code).toBe('EMAIL_TAKEN');
      expect((await door.send(house(), 'confirmEmailChange', { code }, person.accessToken)).code).toBe('INVALID_CODE');
      expect((await rowOf(house(), person)).email).toBe(person.email);
    });

    it('D7: replaces an earlier one, whose code is worth nothing', async () => {
      const person = await newPerson(house());
      const [first, second] = [freshAddress(), freshAddress()];
      const asked = await door.send(house(), 'requestEmailChange', { newEmail: first }, person.accessToken);
      const { code } = await mailbox.next(first, 'change-code');
      await door.send(house(), 'requestEmailChange', { newEmail: second }, person.accessToken);
      const proof = { attempt: asked.body.attempt, code };
      expect((await door.send(house(), 'confirmEmailChange', proof, person.accessToken)).code).toBe('INVALID_CODE');
      expect(await pendingOf(person.accessToken)).toBe(second);
    });

    it('is sent again with its attempt, and the old address is not told twice', async () => {
      const person = await newPerson(house());
      const newEmail = freshAddress();
      const { body } = await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const first = await mailbox.next(newEmail, 'change-code');
      const again = await door.send(house(), 'requestEmailChange', { newEmail, attempt: body.attempt }, person.accessToken);
      expect(again.body.attempt).toBe(body.attempt);
      expect((await mailbox.next(newEmail, 'change-code')).code).toBe(first.code);
      await mailbox.next(person.email, 'email-change-requested');
      await mailbox.settled(house());
      expect((await mailbox.unread(person.email)).map(({ kind }) => kind)).not.toContain('email-change-requested');
    });

    it('D8: is no new one in another spelling', async () => {
      const person = await newPerson(house());
      const spelt = person.email.toUpperCase();
      const asked = await door.send(house(), 'requestEmailChange', { newEmail: spelt }, person.accessToken);
      expect([asked.code, asked.body.issues[0].path]).toEqual(['BAD_USER_INPUT', door.name === 'REST' ? 'new_email' : 'newEmail']);
      expect((await door.send(house(), 'updateProfile', { email: spelt }, person.accessToken)).code).toBeNull();
      expect(await pendingOf(person.accessToken)).toBeNull();
    });

    it('D10: is over after a day', async () => {
      const person = await newPerson(house());
      const newEmail = freshAddress();
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      house().clock.advance(24 * 3_600 + 1);
      const { accessToken } = await logIn(house(), person);
      expect(await pendingOf(accessToken)).toBeNull();
      expect((await door.send(house(), 'confirmEmailChange', { code }, accessToken)).code).toBe('INVALID_CODE');
      const { jobs, database } = house().app.services;
      const rows = { where: { userId: person.id, purpose: 'CHANGE' } };
      expect(await database.client.mailToken.count(rows)).toBeGreaterThan(0);
      await until('its rows are gone', async () => {
        await jobs.runDue();
        return (await database.client.mailToken.count(rows)) === 0;
      });
    });

    it('is dropped by its owner, and by a change of the password', async () => {
      const person = await newPerson(house());
      await door.send(house(), 'requestEmailChange', { newEmail: freshAddress() }, person.accessToken);
      const cancelled = await door.send(house(), 'cancelEmailChange', undefined, person.accessToken);
      expect([cancelled.code, cancelled.body.user.email]).toEqual([null, person.email]);
      expect(await pendingOf(person.accessToken)).toBeNull();
      const newEmail = freshAddress();
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await door.send(
        house(),
        'changePassword',
        { currentPassword: person.password, newPassword: 'another quiet garden' },
        person.accessToken,
      );
      expect((await door.send(house(), 'confirmEmailChange', { code }, person.accessToken)).code).toBe('INVALID_CODE');
      expect(await pendingOf(person.accessToken)).toBeNull();
    });

    it('D12: is nothing that a stranger is shown', async () => {
      const [person, eve] = [await newPerson(house()), await newPerson(house())];
      const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { username pendingEmail } } }`;
      const lookedAtBy = async (token: string) => {
        await door.send(house(), 'profile', undefined, token);
        return (await postGraphQL(house(), entities, { of: [{ __typename: 'User', id: person.id }] }, token)).body;
      };
      await door.send(house(), 'requestEmailChange', { newEmail: freshAddress() }, person.accessToken);
      expect((await postGraphQL(house(), '{ me { pendingEmail } }')).body.data.me).toBeNull();
      expect(await lookedAtBy(eve.accessToken)).toEqual({ data: { _entities: [{ username: person.username, pendingEmail: null }] } });
      expect((await lookedAtBy(person.accessToken)).data._entities[0].pendingEmail).toContain('@example.com');
      const { hasPassword, deletesAt } = (await postGraphQL(house(), '{ me { hasPassword deletesAt } }', {}, person.accessToken)).body.data
        .me;
      expect([hasPassword, deletesAt]).toEqual([true, null]);
    });

    it('leaves the old one reserved for seven days: nobody else gets it', async () => {
      const person = await newPerson(house());
      const eve = await newPerson(house());
      const newEmail = freshAddress();
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await door.send(house(), 'confirmEmailChange', { code }, person.accessToken);
      const register = () =>
        door.send(house(), 'register', { username: uniqueName(), email: person.email, password: 'a quiet garden gate' });
      expect((await register()).code).toBe('EMAIL_TAKEN');
      await door.send(house(), 'requestEmailChange', { newEmail: person.email }, eve.accessToken);
      await mailbox.settled(house());
      expect((await mailbox.unread(person.email)).map(({ kind }) => kind)).not.toContain('change-code');
      // Its owner may go back at once.
      await door.send(house(), 'requestEmailChange', { newEmail: person.email }, person.accessToken);
      const back = await mailbox.next(person.email, 'change-code');
      expect((await door.send(house(), 'confirmEmailChange', { code: back.code }, person.accessToken)).code).toBeNull();
      house().clock.advance(7 * 24 * 3_600 + 1);
      const free = await door.send(house(), 'register', { username: uniqueName(), email: newEmail, password: 'a quiet garden gate' });
      expect(free.code).toBeNull();
    });

    it('is not sent again to an address that is kept for somebody else meanwhile', async () => {
      const [kate, eve] = [await newPerson(house()), await newPerson(house())];
      const wanted = freshAddress();
      const asked = await door.send(house(), 'requestEmailChange', { newEmail: wanted }, eve.accessToken);
      expect((await mailbox.next(wanted, 'change-code')).code).not.toBeNull();
      for (const newEmail of [wanted, freshAddress()]) {
        await door.send(house(), 'requestEmailChange', { newEmail }, kate.accessToken);
        const { code } = await mailbox.next(newEmail, 'change-code');
        expect((await door.send(house(), 'confirmEmailChange', { code }, kate.accessToken)).code).toBeNull();
      }
      const again = { newEmail: wanted, attempt: asked.body.attempt };
      expect((await door.send(house(), 'requestEmailChange', again, eve.accessToken)).body.attempt).toBe(asked.body.attempt);
      await mailbox.settled(house());
      expect((await mailbox.unread(wanted)).map(({ kind }) => kind)).not.toContain('change-code');
    });

    it('waits, too, where updateProfile asks for it with the password', async () => {
      const person = await newPerson(house());
      const newEmail = freshAddress();
      const input = { email: newEmail, name: 'Kate', currentPassword: person.password };
      const changed = await door.send(house(), 'updateProfile', input, person.accessToken);
      expect([changed.code, changed.body.email, changed.body.name]).toEqual([null, person.email, 'Kate']);
      expect(await pendingOf(person.accessToken)).toBe(newEmail);
      const { code } = await mailbox.next(newEmail, 'change-code');
      expect((await door.send(house(), 'confirmEmailChange', { code }, person.accessToken)).body.user.email).toBe(newEmail);
    });

    it('gives no mail a way to the account that was reset to another one', async () => {
      const person = await newPerson(house());
      await door.send(house(), 'requestPasswordReset', { email: person.email });
      const { token } = await mailbox.next(person.email, 'reset-code');
      const newEmail = freshAddress();
      await door.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await door.send(house(), 'confirmEmailChange', { code }, person.accessToken);
      const reset = await door.send(house(), 'resetPassword', { token, newPassword: 'correct horse battery staple' });
      expect(reset.code).toBe('INVALID_CODE'); // it proves a mailbox that is the account's no more
    });
  },
  { ...mailbox.environment, AUTH_FEDERATION: 'on' },
);

everywhere(
  'updateProfile, where addresses are not proved',
  (house, door) => {
    it('D11: writes a new address at once, as it always has, and tells the old one', async () => {
      const person = await newPerson(house());
      const email = freshAddress();
      const changed = await door.send(house(), 'updateProfile', { email, currentPassword: person.password }, person.accessToken);
      expect([changed.code, changed.body.email, changed.body.emailVerified]).toEqual([null, email, false]);
      expect((await mailbox.next(person.email, 'email-changed')).link).toContain('/account/link/');
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_VERIFICATION: 'off' },
);

onTwoNodes(
  'confirmEmailChange',
  (nodes) => {
    it('D9: lets one of thirty at once change the address', async () => {
      const person = await newPerson(nodes()[0]);
      const newEmail = freshAddress();
      await rest.send(nodes()[0], 'requestEmailChange', { newEmail }, person.accessToken);
      const { token } = await mailbox.next(newEmail, 'change-code');
      const go = (at: number) => rest.send(nodes()[at % 2] as House, 'confirmEmailChange', { token }, person.accessToken);
      const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => go(at)));
      const { client } = nodes()[0].app.services.database;
      const where = { userId: person.id, event: 'email.changed' };
      await expectOneRight(
        answers,
        () => go(0),
        () => client.auditEvent.count({ where }),
      );
    });

    it('gives one address to one of two who prove it at once', async () => {
      const people = [await newPerson(nodes()[0]), await newPerson(nodes()[1])];
      const newEmail = freshAddress();
      const tokens: (string | null)[] = [];
      for (const { accessToken } of people) {
        await rest.send(nodes()[0], 'requestEmailChange', { newEmail }, accessToken);
        tokens.push((await mailbox.next(newEmail, 'change-code')).token);
      }
      const answers = await Promise.all(
        people.map(({ accessToken }, at) => rest.send(nodes()[at] as House, 'confirmEmailChange', { token: tokens[at] }, accessToken)),
      );
      expect(answers.map(({ code }) => code).sort()).toEqual(['EMAIL_TAKEN', null].sort());
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'updateProfile, as a fresh gateway limits it',
  (house) => {
    it('tells of the tightest limit that a new address counts in: of the mails to it', async () => {
      const person = await newPerson(house());
      const change = { email: freshAddress(), currentPassword: person.password };
      const asked = await rest.send(house(), 'updateProfile', change, person.accessToken);
      expect([asked.code, asked.headers.get('ratelimit-policy')]).toEqual([null, expect.stringContaining('"mail-address";q=3')]);
    });
  },
  { ...defaultLimits, ...mailbox.environment },
);
