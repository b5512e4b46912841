import { everywhere, graphql, newPerson, rest, uniqueName, whoAmI } from '../support/doors';
import { onTwoNodes } from '../support/house';

const password = 'a quiet garden gate';

const fresh = (username = uniqueName()) => ({ username, email: `${username}@example.com`, password });

const fullWidth = (name: string) => name.replaceAll(/[a-z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));

everywhere('register', (house, door) => {
  const register = (input: unknown, token?: string) => door.send(house(), 'register', input, token);
  const client = () => house().app.services.database.client;
  const rows = (usernameKey: string) => client().user.findMany({ where: { usernameKey } });

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
    expect(row?.passwordHash).toMatch(/^gh1\$[0-9a-f]{8}\$2b\$04\$/);
    expect(await client().session.count({ where: { userId: body.user.id } })).toBe(1);
    expect(await whoAmI(house(), body.accessToken)).toMatchObject({ id: body.user.id });
  });

  it('shows neither the password nor a hash, and sets no cookie', async () => {
    const { text, headers } = await register(fresh());
    expect(text).not.toMatch(/password|hash|\$2b\$|garden/i);
    expect(headers.get('set-cookie')).toBeNull();
  });

  it.each([
    ['in case', (name: string) => name.toUpperCase()],
    ['in full-width letters', fullWidth],
    ['in the spaces around it', (name: string) => ` ${name} `],
  ])('gives USERNAME_TAKEN when the name differs only %s', async (_how, vary) => {
    const taken = await newPerson(house());
    const answer = await register({ ...fresh(), username: vary(taken.username) });
    expect([answer.status, answer.code]).toEqual([409, 'USERNAME_TAKEN']);
    expect(await rows(taken.username)).toHaveLength(1);
  });

  it.each([
    ['İstanbul', 'istanbul'],
    ['ıspırta', 'ISPIRTA'],
    ['\u041a\u0410\u0422\u0415', 'kate'],
  ])('gives USERNAME_TAKEN for %s beside %s', async (first, second) => {
    const end = `${house().app.port}`; // a house each
    await register({ ...fresh(), username: first + end });
    const answer = await register({ ...fresh(), username: second + end });
    expect([answer.status, answer.code]).toEqual([409, 'USERNAME_TAKEN']);
  });

  it('takes an empty name for none', async () => {
    expect((await register({ ...fresh(), name: '' })).body.user.name).toBeNull();
  });

  it.each(['Иван', 'Ελένη', '田中さん', 'קייט', 'kate田中', 'Łukasz', 'อานนท์'])('accepts %s', async (name) => {
    expect((await register({ ...fresh(), username: `${name}${house().app.port}${door.name.length}` })).code).toBeNull();
  });

  it('takes a domain in Unicode and in ASCII for one, and leaves the address as it was written', async () => {
    const name = uniqueName();
    const { body } = await register({ ...fresh(), email: `${name}@bücher.example` });
    expect(body.user.email).toBe(`${name}@bücher.example`);
    for (const domain of ['xn--bcher-kva.example', 'BÜCHER.example', 'XN--BCHER-KVA.EXAMPLE']) {
      expect((await register({ ...fresh(), email: `${name}@${domain}` })).code).toBe('EMAIL_TAKEN');
      expect((await door.send(house(), 'login', { email: `${name}@${domain}`, password })).body.user.id).toBe(body.user.id);
    }
  });

  it('lets İrem@… log in as irem@…, in any case', async () => {
    const end = `${house().app.port}${door.name}@example.com`;
    const { body } = await register({ ...fresh(), email: `İrem${end}` });
    for (const name of ['irem', 'IREM', 'ırem', 'İREM'])
      expect((await door.send(house(), 'login', { email: name + end, password })).body.user?.id).toBe(body.user.id);
  });

  it.each([
    ['in case', (email: string) => email.toUpperCase()],
    ['in the spaces around it', (email: string) => `\t${email} `],
    ['in a Kelvin sign', (email: string) => email.replace('k', '\u212a')],
    ['in an i without its dot', (email: string) => email.replace('i', 'ı')],
    ['in full-width letters and a full-width @', (email: string) => fullWidth(email).replace('@', '＠')],
  ])('gives EMAIL_TAKEN when the address differs only %s', async (_how, vary) => {
    const taken = await newPerson(house(), { username: `ki${uniqueName()}` });
    const answer = await register({ ...fresh(), email: vary(taken.email) });
    expect([answer.status, answer.code]).toEqual([409, 'EMAIL_TAKEN']);
    expect(await client().user.count({ where: { emailKey: taken.email } })).toBe(1);
  });

  /** A Cyrillic а, a Greek ο, a joiner, a variation selector, a filler, and letters of a script that few type. */
  const confusing = ['\u0430dmin', 'r\u03bfot', 'ka\u200dte', 'ka\ufe0fte', '\u3164', '\u13a0\u13a1'];
  const misleading = ['Kate\u202egpj', '\u2066Kate\u2069', '\u200b', ' \t', '\u3164', '\u2800', '\u0301'];

  const strange = [42, ['a text'], { set: 'a text' }, true, null];

  it.each<[string, readonly unknown[]]>([
    [
      'email',
      [
        ...strange,
        '',
        'a@b',
        'a b@x.io',
        '"a@b"@x.io',
        'a@x.io\r\nBcc: z@x.io',
        'a@x.io\0',
        'a@@x.io',
        '@x.io',
        'a@x..io',
        'a@-x.io',
        'a@xn--a.io',
        `a@${'ü'.repeat(60)}.io`,
        'a\ufe0f@x.io',
        'a@x.io,b@x.io',
        'a@\ud800.io',
        `${'a'.repeat(65)}@x.io`,
        `a@${'b.'.repeat(130)}io`,
      ],
    ],
    ['username', [...strange, '', ' ', 'a b', 'a@x.io', '-a', 'a\nb', 'a\0', 'a\u202eb', '<b>', 'a'.repeat(65), '\ud800', ...confusing]],
    ['password', [...strange, '', 'a quiet\0 gate', 'a quiet gate \ud800', 'a'.repeat(1025)]],
    ['name', [42, ['a text'], { set: 'a text' }, true, 'a\0', '\udc00', 'x'.repeat(201), 'x'.repeat(10_000), ...misleading]],
  ])('gives BAD_USER_INPUT that names %s, for every value that breaks its rule', async (field, values) => {
    const users = await client().user.count();
    for (const value of values) {
      const input = { ...fresh(), [field]: value };
      const { status, code, body } = await register(input);
      expect([value, status, code]).toEqual([value, 400, 'BAD_USER_INPUT']);
      expect([...new Set(body.issues.map(({ path }: { path: string }) => path))]).toEqual([field]);
    }
    expect(await client().user.count()).toBe(users);
  });

  it('names every field that is at fault in one answer, and shows no value', async () => {
    const { body, text } = await register({
      username: 'canary username',
      email: 'canary address',
      password: 'canary\0',
      name: 'canary'.repeat(99),
    });
    expect(new Set(body.issues.map(({ path }: { path: string }) => path))).toEqual(new Set(['username', 'email', 'password', 'name']));
    expect(text).not.toContain('canary');
  });

  it('names every field that is missing', async () => {
    const { code, body } = await register({});
    expect(code).toBe('BAD_USER_INPUT');
    expect(body.issues.map(({ path }: { path: string }) => path).sort()).toEqual(['email', 'password', 'username']);
  });

  it.each([
    ['role', 'ADMIN'],
    ['roles', ['ADMIN']],
    ['id', '00000000-0000-4000-8000-000000000000'],
    ['emailVerified', true],
    ['disabledAt', null],
    ['generation', 7],
    ['passwordHash', 'x'],
    ['createdAt', '2020-01-01T00:00:00Z'],
    ['__proto__x', 1],
  ])('refuses the unknown field %s by its name', async (field, value) => {
    const input = fresh();
    const { status, code, body } = await register({ ...input, [field]: value });
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(body.issues).toEqual([{ path: door.name === 'REST' ? toSnake(field) : field, message: 'is not a field of this input' }]);
    expect(await rows(input.username)).toEqual([]);
  });

  it.each([
    ['seven characters', () => 'garden7'],
    ['257 characters', () => 'g'.repeat(257)],
    ['the own name', (name: string) => name],
    ['the own name in capitals, with signs', (name: string) => `${name.toUpperCase()}-!!`],
    ['the own address', (name: string) => `${name}@example.com`],
    ['the own name backwards', (name: string) => [...name].reverse().join('')],
  ])('gives WEAK_PASSWORD for %s', async (_what, make) => {
    const input = fresh();
    const { status, code, body, text } = await register({ ...input, password: make(input.username) });
    expect([status, code]).toEqual([400, 'WEAK_PASSWORD']);
    expect(body.issues).toEqual([{ path: 'password', message: expect.any(String) }]);
    expect(text).not.toContain(make(input.username));
    expect(await rows(input.username)).toEqual([]);
  });

  it.each([
    ['one letter repeated', 'aaaaaaaaZ'],
    ['digits', '8264903175'],
    ['small letters', 'qhxvzmwk'],
    ['eight emoji', '🦉🌿🚪🔑🦉🌿🚪🔑'],
    ['256 characters', 'gate'.repeat(64)],
  ])('accepts a password of %s: there are no rules of composition', async (_what, chosen) => {
    expect((await register({ ...fresh(), password: chosen })).code).toBeNull();
  });

  it('keeps a name byte for byte, whatever it holds, and answers in JSON', async () => {
    const name = `\u0001\t\u200f🦉 e\u0301 <script>alert(1)</script> {{7*7}} ' OR 1=1-- ; \\ "%s" \u2028`;
    const input = fresh();
    const { body, headers } = await register({ ...input, name });
    expect(body.user.name).toBe(name);
    expect(headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/);
    expect((await rows(input.username))[0]?.name).toBe(name);
  });

  it('stores names and addresses in their normal form, in any script', async () => {
    const { body } = await register({ username: 'Ｚoë_日本.7', email: ' Zoë@Bücher.example ', password });
    expect(body.user).toMatchObject({ username: 'Zoë_日本.7', email: 'Zoë@Bücher.example' });
    expect(await rows('zoë_日本.7')).toHaveLength(1);
    await client().user.delete({ where: { usernameKey: 'zoë_日本.7' } });
  });

  it.each(['garbage', 'ghr_garbage', 'eyJhbGciOiJub25lIn0.e30.'])('works with the broken token %j in the header', async (token) => {
    expect((await register(fresh(), token)).code).toBeNull();
  });

  it('leaves somebody else alone whose token is in the header', async () => {
    const other = await newPerson(house());
    const { body } = await register(fresh(), other.accessToken);
    expect(body.user.id).not.toBe(other.id);
    expect(await client().session.count({ where: { userId: other.id, revokedAt: null } })).toBe(1);
    expect(await whoAmI(house(), other.accessToken)).toMatchObject({ id: other.id });
  });
});

onTwoNodes('thirty registrations at once', (nodes) => {
  const race = (inputs: readonly unknown[]) =>
    Promise.all(inputs.map((input, turn) => (turn % 2 ? graphql : rest).send(turn % 4 < 2 ? nodes()[0] : nodes()[1], 'register', input)));
  const codesOf = (answers: readonly { readonly code: string | null }[]) => answers.map(({ code }) => code).sort();
  const client = () => nodes()[0].app.services.database.client;

  it('of one name give one user, and USERNAME_TAKEN to the 29 others', async () => {
    const username = uniqueName();
    const answers = await race(Array.from({ length: 30 }, () => ({ ...fresh(), username })));
    expect(codesOf(answers)).toEqual([...Array<string>(29).fill('USERNAME_TAKEN'), null].sort());
    const users = await client().user.findMany({ where: { usernameKey: username }, include: { sessions: true } });
    expect(users).toHaveLength(1);
    expect(users[0]?.sessions).toHaveLength(1);
    expect(answers.find(({ code }) => code === null)?.body.user.id).toBe(users[0]?.id);
  });

  it('of one address give one user, and EMAIL_TAKEN to the 29 others', async () => {
    const { email } = fresh();
    const answers = await race(
      Array.from({ length: 30 }, (_, turn) => ({ ...fresh(), email: turn % 3 === 0 ? email.toUpperCase() : email })),
    );
    expect(codesOf(answers)).toEqual([...Array<string>(29).fill('EMAIL_TAKEN'), null].sort());
    expect(await client().user.count({ where: { emailKey: email } })).toBe(1);
  });
});

const toSnake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
