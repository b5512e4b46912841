import { everywhere, newPerson, uniqueName } from '../support/doors';

const password = 'a quiet garden gate';

everywhere('register', (house, door) => {
  const register = (input: unknown) => door.send(house(), 'register', input);
  const fresh = () => {
    const username = uniqueName();
    return { username, email: `${username}@example.com`, password };
  };
  const rows = (usernameKey: string) => house().app.services.database.client.user.findMany({ where: { usernameKey } });

  it('makes one user and one session, and answers with both and the tokens', async () => {
    const input = { ...fresh(), name: 'Kate 🦉 Example' };
    const { status, body, headers } = await register(input);
    expect(status).toBe(door.name === 'REST' ? 201 : 200);
    expect(body).toMatchObject({
      user: { username: input.username, email: input.email, emailVerified: false, name: input.name, bio: null, roles: [] },
      session: { current: true },
      tokenType: 'Bearer',
      expiresIn: 900,
    });
    expect(body.refreshToken).toMatch(/^ghr_/);
    expect(headers.get('cache-control')).toBe('no-store');
    const [row] = await rows(input.username);
    expect(row).toMatchObject({ id: body.user.id, name: input.name, disabledAt: null, roles: '', emailVerifiedAt: null });
    expect(row?.passwordHash).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$10\$/);
    expect(await house().app.services.database.client.session.count({ where: { userId: body.user.id } })).toBe(1);
  });

  it.each([
    ['in case', (name: string) => name.toUpperCase()],
    [
      'in full-width letters',
      (name: string) => name.replaceAll(/[a-z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
    ],
    ['in the spaces around it', (name: string) => ` ${name} `],
  ])('gives USERNAME_TAKEN when the name differs only %s', async (_how, vary) => {
    const taken = await newPerson(house());
    const answer = await register({ ...fresh(), username: vary(taken.username) });
    expect([answer.status, answer.code]).toEqual([409, 'USERNAME_TAKEN']);
    expect(await rows(taken.username)).toHaveLength(1);
  });
});
