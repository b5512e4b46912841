import { everywhere, graphql, logIn, newPerson, type Person, rest, whoAmI } from '../support/doors';
import { onTwoNodes } from '../support/house';

const newPassword = 'a louder garden gate';

everywhere('changePassword', (house, door) => {
  const change = (input: unknown, token?: string) => door.send(house(), 'changePassword', input, token);
  const client = () => house().app.services.database.client;
  const hashOf = async ({ id }: Person) => (await client().user.findUniqueOrThrow({ where: { id } })).passwordHash;
  const liveSessions = ({ id }: Person) => client().session.count({ where: { userId: id, revokedAt: null } });

  it('lets in with the new password alone, and ends every session but its own', async () => {
    const kate = await newPerson(house());
    const [phone, tablet] = [await logIn(house(), kate), await logIn(house(), kate)];
    const other = await newPerson(house());
    const { status, body } = await change({ currentPassword: kate.password, newPassword }, phone.accessToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { id: kate.id }, endedSessions: 2 });
    for (const { accessToken, refreshToken } of [kate, tablet]) {
      const answer = await door.send(house(), 'profile', undefined, accessToken);
      expect([answer.code, answer.body.reason]).toEqual(['UNAUTHENTICATED', 'REVOKED']);
      expect((await door.send(house(), 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
    }
    expect(await whoAmI(house(), phone.accessToken)).toMatchObject({ id: kate.id });
    expect((await door.send(house(), 'refresh', { refreshToken: phone.refreshToken })).code).toBeNull();
    expect(await liveSessions(kate)).toBe(1);
    expect(await whoAmI(house(), other.accessToken)).toMatchObject({ id: other.id });
    expect((await door.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBe('INVALID_CREDENTIALS');
    expect((await door.send(house(), 'login', { username: kate.username, password: newPassword })).code).toBeNull();
  });

  it('gives INVALID_CREDENTIALS when the current password is wrong, and changes nothing', async () => {
    const kate = await newPerson(house());
    await logIn(house(), kate);
    const before = await hashOf(kate);
    const { status, code } = await change({ currentPassword: 'not the garden gate', newPassword }, kate.accessToken);
    expect([status, code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await hashOf(kate)).toBe(before);
    expect(await liveSessions(kate)).toBe(2);
  });

  it('gives BAD_USER_INPUT without both passwords, and changes nothing', async () => {
    const kate = await newPerson(house());
    const [hash, work] = [await hashOf(kate), house().app.services.hashing().completed];
    for (const input of [
      {},
      { newPassword },
      { currentPassword: null, newPassword },
      { currentPassword: '', newPassword },
      { currentPassword: { not: '' }, newPassword },
      { currentPassword: kate.password },
      { currentPassword: kate.password, newPassword: null },
      { currentPassword: kate.password, newPassword: 12345678 },
      { currentPassword: kate.password, newPassword: 'a loud\0 gate' },
      { currentPassword: kate.password, newPassword: 'a loud gate \ud800' },
      { currentPassword: kate.password, newPassword, userId: kate.id },
    ]) {
      const { status, code, text } = await change(input, kate.accessToken);
      expect([input, status, code]).toEqual([input, 400, 'BAD_USER_INPUT']);
      expect(text).not.toMatch(/garden|loud/);
    }
    expect([await hashOf(kate), house().app.services.hashing().completed]).toEqual([hash, work]);
  });

  it('gives WEAK_PASSWORD for one that the policy refuses, or that is the current one, and changes nothing', async () => {
    const kate = await newPerson(house(), { password: 'café gate number one' });
    const before = await hashOf(kate);
    for (const weak of ['seven77', 'g'.repeat(257), kate.username, kate.email, kate.password, kate.password.normalize('NFD')]) {
      const { status, code, body } = await change({ currentPassword: kate.password, newPassword: weak }, kate.accessToken);
      expect([status, code]).toEqual([400, 'WEAK_PASSWORD']);
      expect(body.issues).toEqual([{ path: door.name === 'REST' ? 'new_password' : 'newPassword', message: expect.any(String) }]);
    }
    expect(await hashOf(kate)).toBe(before);
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  });

  it('refuses a caller without a valid token, before any work', async () => {
    const kate = await newPerson(house());
    const [hash, work] = [await hashOf(kate), house().app.services.hashing().completed];
    for (const token of [undefined, 'garbage', kate.refreshToken]) {
      const { status, code } = await change({ currentPassword: kate.password, newPassword }, token);
      expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect([await hashOf(kate), house().app.services.hashing().completed]).toEqual([hash, work]);
  });

  it('demands no change with time', async () => {
    const kate = await newPerson(house());
    house().clock.advance(400 * 24 * 60 * 60);
    expect((await logIn(house(), kate)).sessionId).toEqual(expect.any(String));
  });
});

onTwoNodes('a change of password', (nodes) => {
  it('refuses the next request of every other session, on every node', async () => {
    const [first, second] = nodes();
    for (const [here, there] of [
      [first, second],
      [second, first],
    ] as const) {
      const kate = await newPerson(here);
      const other = await logIn(there, kate);
      await rest.send(here, 'changePassword', { currentPassword: kate.password, newPassword }, kate.accessToken);
      expect((await graphql.send(there, 'profile', undefined, other.accessToken)).body.reason).toBe('REVOKED');
      expect((await rest.send(there, 'refresh', { refreshToken: other.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      expect(await whoAmI(there, kate.accessToken)).toMatchObject({ id: kate.id });
    }
  });

  it('that two sessions ask for at the same time is made once', async () => {
    const kate = await newPerson(nodes()[0]);
    const sessions = [kate, await logIn(nodes()[1], kate)];
    const wishes = ['the first garden gate', 'the second garden gate'];
    const answers = await Promise.all(
      sessions.map(({ accessToken }, turn) =>
        rest.send(
          turn === 0 ? nodes()[0] : nodes()[1],
          'changePassword',
          { currentPassword: kate.password, newPassword: wishes[turn] },
          accessToken,
        ),
      ),
    );
    const winner = answers.findIndex(({ code }) => code === null);
    expect(answers.filter(({ code }) => code === null)).toHaveLength(1);
    expect(answers[1 - winner]?.status).toBe(401);
    expect((await rest.send(nodes()[0], 'login', { username: kate.username, password: wishes[1 - winner] })).code).toBe(
      'INVALID_CREDENTIALS',
    );
    expect((await rest.send(nodes()[0], 'login', { username: kate.username, password: wishes[winner] })).code).toBeNull();
    expect(await whoAmI(nodes()[0], sessions[winner]?.accessToken)).toMatchObject({ id: kate.id });
    expect(await whoAmI(nodes()[0], sessions[1 - winner]?.accessToken)).toBeNull();
  });

  it('leaves nobody inside who came with the old password meanwhile', async () => {
    const kate = await newPerson(nodes()[0]);
    const change = rest.send(nodes()[0], 'changePassword', { currentPassword: kate.password, newPassword }, kate.accessToken);
    const logins = await Promise.all(
      Array.from({ length: 4 }, () => graphql.send(nodes()[1], 'login', { username: kate.username, password: kate.password })),
    );
    expect((await change).code).toBeNull();
    for (const { code, body } of logins)
      if (code === null) {
        expect(await whoAmI(nodes()[1], body.accessToken)).toBeNull();
        expect((await rest.send(nodes()[1], 'refresh', { refreshToken: body.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      } else expect(code).toBe('INVALID_CREDENTIALS');
    expect((await rest.send(nodes()[0], 'sessions', undefined, kate.accessToken)).body.sessions).toHaveLength(1);
  });
});
