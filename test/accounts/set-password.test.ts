import { everywhere, logIn, newPerson, type Person, rest } from '../support/doors';
import { type House, onBothDatabases, onTwoNodes } from '../support/house';
import { nextWithLink } from '../support/links';
import { createMailbox } from '../support/mailbox';
import { setUser } from '../support/set-user';
import { enter } from '../support/visitor';

const mailbox = createMailbox();
const newPassword = 'a louder garden gate';

/** As of somebody who came from another provider, or with a passkey: the hash is what they have not got. */
async function withoutPassword(house: House): Promise<Person> {
  const person = await newPerson(house);
  await setUser(house, person.id, { passwordHash: null });
  return person;
}

const rowOf = ({ app }: House, { id }: Person) => app.services.database.client.user.findUniqueOrThrow({ where: { id } });

everywhere(
  'setPassword',
  (house, door) => {
    const set = (input: unknown, token: string) => door.send(house(), 'setPassword', input, token);
    const login = ({ username }: Person, password: string) => door.send(house(), 'login', { username, password });

    it('opens the account with it, and ends every session but its own', async () => {
      const person = await newPerson(house());
      const phone = await logIn(house(), person);
      await setUser(house(), person.id, { passwordHash: null });
      const { deviceEpoch } = await rowOf(house(), person);
      expect((await login(person, person.password)).code).toBe('INVALID_CREDENTIALS');
      const done = await set({ newPassword }, phone.accessToken);
      expect([done.status, done.code, done.body.user.id]).toEqual([200, null, person.id]);
      expect((await rest.send(house(), 'profile', undefined, person.accessToken)).code).toBe('UNAUTHENTICATED');
      expect((await rest.send(house(), 'profile', undefined, phone.accessToken)).body.hasPassword).toBe(true);
      expect((await login(person, newPassword)).code).toBeNull();
      expect((await rowOf(house(), person)).deviceEpoch).toBe(deviceEpoch + 1);
      const where = { userId: person.id, event: 'password.set' };
      const events = await house().app.services.database.client.auditEvent.findMany({ where });
      expect(events.map(({ sessionId, detail }) => [sessionId, detail])).toEqual([[phone.sessionId, '1 other sessions ended']]);
    });

    it('is told by a mail whose button distrusts it', async () => {
      const person = await withoutPassword(house());
      expect((await set({ newPassword }, person.accessToken)).code).toBeNull();
      const mail = await nextWithLink(mailbox.next, person.email, 'password-added');
      expect(mail.text).toContain(person.username);
      const { body } = await rest.send(house(), 'securityEvents', undefined, person.accessToken);
      const { id } = body.nodes.find(({ event }: { event: string }) => event === 'password.set');
      expect((await door.send(house(), 'disputeSecurityEvent', id, person.accessToken)).body).toMatchObject({ passwordNeeded: true });
      expect((await login(person, newPassword)).code).toBe('PASSWORD_RESET_REQUIRED');
    });

    it('is refused where there is a password: that one has to be named to change it', async () => {
      const person = await newPerson(house());
      const before = await rowOf(house(), person);
      const refused = await set({ newPassword }, person.accessToken);
      expect([refused.status, refused.code]).toEqual([403, 'FORBIDDEN']);
      expect(await rowOf(house(), person)).toEqual(before);
    });

    it("needs a fresh session, and the policy's word", async () => {
      const person = await withoutPassword(house());
      for (const [input, code] of [
        [{ newPassword: 'short' }, 'WEAK_PASSWORD'],
        [{ newPassword: person.username }, 'WEAK_PASSWORD'],
        [{}, 'BAD_USER_INPUT'],
        [{ newPassword: '' }, 'BAD_USER_INPUT'],
        [{ newPassword, currentPassword: '' }, 'BAD_USER_INPUT'],
      ] as const)
        expect([input, (await set(input, person.accessToken)).code]).toEqual([input, code]);
      house().clock.advance(601);
      const stale = await set({ newPassword }, person.accessToken);
      expect([stale.code, stale.body.methods.map((each: string) => each.toUpperCase())]).toEqual([
        'REAUTHENTICATION_REQUIRED',
        ['EMAIL_CODE'],
      ]);
      expect((await rowOf(house(), person)).passwordHash).toBeNull();
      expect((await door.send(house(), 'requestReauthentication', undefined, person.accessToken)).code).toBeNull();
      const { code } = await mailbox.next(person.email, 'reauthentication-code');
      expect((await door.send(house(), 'reauthenticate', { code }, person.accessToken)).code).toBeNull();
      expect((await set({ newPassword }, person.accessToken)).code).toBeNull();
    });
  },
  mailbox.environment,
);

onTwoNodes('a first password', (nodes) => {
  it('is set once, whichever node is asked', async () => {
    const [first, second] = nodes();
    const person = await newPerson(first);
    const phone = await logIn(second, person);
    await setUser(first, person.id, { passwordHash: null });
    const answers = await Promise.all([
      rest.send(first, 'setPassword', { newPassword }, person.accessToken),
      rest.send(first, 'setPassword', { newPassword: `${newPassword}!` }, person.accessToken),
      rest.send(second, 'setPassword', { newPassword: `${newPassword}?` }, phone.accessToken),
    ]);
    const codes = answers.map(({ code }) => code);
    expect(codes.filter((code) => code === null)).toEqual([null]);
    expect(codes.filter((code) => code !== null && !['FORBIDDEN', 'UNAUTHENTICATED'].includes(code))).toEqual([]);
    const set = [newPassword, `${newPassword}!`, `${newPassword}?`][codes.indexOf(null)] ?? '';
    await logIn(first, { ...person, password: set });
  });
});

onBothDatabases(
  'the page of a password',
  (house) => {
    it('sets the first one, of whoever has shown who is there, without a script', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      await setUser(house(), person.id, { passwordHash: null });
      house().clock.advance(601);
      expect((await kate.get('/account/password')).text).not.toContain('new_password');
      const asked = await kate.submit('/account/password', { do: 'begin' });
      const wanted = /name="for" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
      expect([asked.title, asked.text.includes('It lets you set a password')]).toEqual(['Is it still you? · gatehouse.test', true]);
      await kate.submit('/account/confirm', { do: 'ask', for: wanted });
      const { code } = await mailbox.next(person.email, 'reauthentication-code');
      const page = await kate.submit('/account/confirm', { do: 'EMAIL_CODE', code: code ?? '', for: wanted });
      expect([page.title, page.text.includes('name="new_password"')]).toEqual(['Password · gatehouse.test', true]);
      const weak = await kate.post('/account/password', { do: 'set', new_password: 'short' });
      expect([weak.status, weak.code]).toEqual([400, 'WEAK_PASSWORD']);
      const done = await kate.submit('/account/password', { do: 'set', new_password: newPassword });
      expect(done.text).toContain('Your password is set');
      await logIn(house(), { ...person, password: newPassword });
    });
  },
  mailbox.environment,
);
