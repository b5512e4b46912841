import { randomBytes } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { type Answer, everywhere, graphql, logIn, newPerson, type Person, rest, uniqueName, untilServed, whoAmI } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';
import { quieten } from '../support/statements';

/** All that a client can see of an answer, but for ids and dates. */
const visible = ({ status, text, headers }: Answer) => ({
  status,
  // What is left of a limit goes down with every try; test/limits compares it between accounts.
  text: text.replaceAll(/"(request_?id)":"[^"]+"/gi, '"$1":"…"').replace(/"rateLimit":\{[^}]*\}/, '"rateLimit":"…"'),
  headers: [...headers]
    .filter(([name]) => name !== 'date' && name !== 'x-request-id' && name !== 'content-length')
    .map(([name, value]) => [name, name.startsWith('ratelimit') ? '…' : value]),
});

everywhere('login', (house, door) => {
  const login = (input: unknown, token?: string) => untilServed(() => door.send(house(), 'login', input, token));
  const client = () => house().app.services.database.client;
  const hashes = () => house().app.services.hashing().completed;
  const sessionsOf = (userId: string) => client().session.count({ where: { userId } });

  it('begins another session, by name or by address, however they are written', async () => {
    const kate = await newPerson(house(), { username: `k${uniqueName()}` });
    const { password } = kate;
    for (const input of [
      { username: kate.username, password },
      { username: ` ${kate.username.toUpperCase()} `, password },
      { email: kate.email, password },
      { email: kate.email.replace('k', '\u212a'), password },
      { username: kate.email, password },
      { username: null, email: kate.email.toUpperCase(), password },
    ]) {
      const { status, body, headers } = await login(input);
      expect(status).toBe(200);
      expect(body).toMatchObject({ user: { id: kate.id }, session: { current: true }, tokenType: 'Bearer', expiresIn: 900 });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
      expect(await whoAmI(house(), body.accessToken)).toMatchObject({ id: kate.id });
    }
    expect(await client().session.count({ where: { userId: kate.id, revokedAt: null } })).toBe(7);
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  });

  it('answers and works alike for everybody who may not enter', async () => {
    const { database, users } = house().app.services;
    const person = () => newPerson(house());
    const [wrong, disabled, withoutPassword, unreadable, costly, foreign, deleted] = await Promise.all([
      person(),
      person(),
      person(),
      person(),
      person(),
      person(),
      person(),
    ]);
    const store = ({ id }: Person, passwordHash: string | null) => database.client.user.update({ where: { id }, data: { passwordHash } });
    await users.disable(disabled.id);
    await store(withoutPassword, null);
    await store(unreadable, 'x'.repeat(60));
    await store(costly, `$2b$20$${'a'.repeat(53)}`);
    await store(foreign, '$argon2id$v=19$m=8388608,t=9,p=9$c2FsdA$aGFzaA');
    await database.client.user.delete({ where: { id: deleted.id } });
    const sessions = await client().session.count();
    await quieten(house());
    const answers: unknown[] = [];
    const statements: string[][] = [];
    for (const input of [
      { username: wrong.username, password: 'not the garden gate' },
      { username: uniqueName(), password: 'a quiet garden gate' },
      { email: `${uniqueName()}@example.com`, password: 'a quiet garden gate' },
      ...['a'.repeat(73), 'a'.repeat(300)].flatMap((password) =>
        [wrong.username, uniqueName()].map((username) => ({ username, password })),
      ),
      ...[disabled, withoutPassword, unreadable, costly, foreign, deleted].map(({ username, password }) => ({ username, password })),
    ]) {
      const [before, from] = [hashes(), house().queries.length];
      const answer = await login(input);
      expect(hashes() - before).toBe(1);
      const run = house().queries.slice(from);
      statements.push(run.map((sql) => sql.replace('WHERE "emailKey"', 'WHERE "usernameKey"')).sort()); // the three buckets are taken at once
      expect([answer.status, answer.code]).toEqual([401, 'INVALID_CREDENTIALS']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      answers.push(visible(answer));
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(statements[0]?.filter((sql) => /"(users|attempts|audit_events)"/.test(sql)).length).toBe(8); // the user, a place in each of three buckets, each counted, the audit
    for (const each of statements) expect(each).toEqual(statements[0]);
    expect(await client().session.count()).toBe(sessions);
  });

  it.each([
    ['neither name nor address', { password: 'a quiet garden gate' }],
    ['null for both', { username: null, email: null, password: 'a quiet garden gate' }],
    ['both', { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' }],
    ['an empty name', { username: '', password: 'a quiet garden gate' }],
    ['a number as the name', { username: 7, password: 'a quiet garden gate' }],
    ['a filter as the name', { username: { not: '' }, password: 'a quiet garden gate' }],
    ['a list as the name', { username: ['kate'], password: 'a quiet garden gate' }],
    ['a NUL in the name', { username: 'kate\0', password: 'a quiet garden gate' }],
    ['no password', { username: 'kate' }],
    ['null as the password', { username: 'kate', password: null }],
    ['an empty password', { username: 'kate', password: '' }],
    ['a number as the password', { username: 'kate', password: 12345678 }],
    ['a NUL in the password', { username: 'kate', password: 'abcdefgh\0abcdefgh' }],
    ['half a character in the password', { username: 'kate', password: 'abcdefgh\ud800' }],
    ['more password than anybody types', { username: 'kate', password: 'a'.repeat(1025) }],
    ['a field it does not know', { username: 'kate', password: 'a quiet garden gate', role: 'ADMIN' }],
  ])('gives BAD_USER_INPUT for %s, before any work', async (_what, input) => {
    const [before, sessions] = [hashes(), await client().session.count()];
    const { status, code, text } = await login(input);
    expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(text).not.toMatch(/garden|abcdefgh|12345678/);
    expect([hashes(), await client().session.count()]).toEqual([before, sessions]);
  });

  it('begins a session for the one who logs in, whoever else is named by the header', async () => {
    const [kate, lars] = [await newPerson(house()), await newPerson(house())];
    const { body } = await login({ username: lars.username, password: lars.password }, kate.accessToken);
    expect(body.user.id).toBe(lars.id);
    expect([kate.sessionId, lars.sessionId]).not.toContain(body.session.id);
    expect([await sessionsOf(kate.id), await sessionsOf(lars.id)]).toEqual([1, 2]);
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  });

  it('works with a broken or an ended token in the header', async () => {
    const kate = await newPerson(house());
    await door.send(house(), 'logout', undefined, kate.accessToken);
    for (const token of ['garbage', kate.accessToken, 'a.b.c'])
      expect((await login({ username: kate.username, password: kate.password }, token)).code).toBeNull();
  });

  it('lets a user in again who was disabled and enabled, and none of the old sessions', async () => {
    const kate = await newPerson(house());
    await house().app.services.users.disable(kate.username);
    expect((await login({ username: kate.username, password: kate.password })).code).toBe('INVALID_CREDENTIALS');
    await house().app.services.users.enable(kate.username);
    expect(await whoAmI(house(), kate.accessToken)).toBeNull();
    const { body } = await login({ username: kate.username, password: kate.password });
    expect(await whoAmI(house(), body.accessToken)).toMatchObject({ id: kate.id });
  });

  it('gives the same password of two users two hashes', async () => {
    const [kate, lars] = [await newPerson(house()), await newPerson(house())];
    const [first, second] = await client().user.findMany({ where: { id: { in: [kate.id, lars.id] } } });
    expect(first?.passwordHash).not.toBe(second?.passwordHash);
  });
});

// Each hash takes its time, and the rules stand behind both doors: one door a database is enough for these.
describe.each([
  ['sqlite', graphql],
  ['postgresql', rest],
] as const)('a password, on %s', (kind, door) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  const login = (input: unknown) => untilServed(() => door.send(house, 'login', input));
  const client = () => house.app.services.database.client;

  it.each([
    ['the 73rd byte', `${'a'.repeat(72)}X`, [`${'a'.repeat(72)}Y`, 'a'.repeat(72)]],
    ['a character across the 72nd byte', `pw-é-${'b'.repeat(65)}字`, [`pw-é-${'b'.repeat(65)}学`, `pw-é-${'b'.repeat(65)}`]],
    ['the spaces around it', '  two spaces  ', ['two spaces', '  two spaces']],
    ['case', 'Garden Gate', ['garden gate']],
    ['its repetition', 'abcdefgh', ['abcdefghabcdefgh']],
    ['one character more', 'x'.repeat(255), ['x'.repeat(256), 'x'.repeat(254)]],
  ])('tells passwords apart by %s', async (_what, password, others) => {
    const kate = await newPerson(house, { password });
    for (const other of others) expect((await login({ username: kate.username, password: other })).code).toBe('INVALID_CREDENTIALS');
    expect((await login({ username: kate.username, password })).code).toBeNull();
  });

  it.each([
    ['with combining accents', 'café-élan-1', 'café-élan-1'.normalize('NFD')],
    ['in full-width letters', 'password quiet', 'ｐａｓｓｗｏｒｄ quiet'],
  ])('takes one password %s as the same', async (_how, password, spelling) => {
    const kate = await newPerson(house, { password });
    const lars = await newPerson(house, { password: spelling });
    expect((await login({ username: kate.username, password: spelling })).code).toBeNull();
    expect((await login({ username: lars.username, password })).code).toBeNull();
  });

  it.each(['$2a$', '$2b$', '$2y$'])('lets in an imported user with a plain %s hash, and makes it our own', async (prefix) => {
    const kate = await newPerson(house);
    const imported = hashSync('imported secret', 10).replace(/^\$2b\$/, prefix);
    await client().user.update({ where: { id: kate.id }, data: { passwordHash: imported } });
    expect((await login({ username: kate.username, password: 'imported secrex' })).code).toBe('INVALID_CREDENTIALS');
    expect(await client().user.findUnique({ where: { id: kate.id } })).toMatchObject({ passwordHash: imported });
    expect((await login({ username: kate.username, password: 'imported secret' })).code).toBeNull();
    expect((await client().user.findUnique({ where: { id: kate.id } }))?.passwordHash).toMatch(/^gh1\$/);
    expect((await login({ username: kate.username, password: 'imported secret' })).code).toBeNull();
  });
});

onBothDatabases('a fresh database', (house) => {
  it('has no user whom anybody could guess', async () => {
    expect(await house().app.services.database.client.user.count()).toBe(0);
    for (const name of ['admin', 'root', 'test'])
      expect((await rest.send(house(), 'login', { username: name, password: name })).code).toBe('INVALID_CREDENTIALS');
  });
});

it.each(databaseKinds)('after a change of AUTH_SECRET everybody gets in, and hashes are made with the new one, on %s', async (kind) => {
  const before = await openHouse(kind);
  const kate = await newPerson(before);
  const after = await openHouse(kind, { AUTH_SECRET: `${randomBytes(48).toString('base64')},${before.environment.AUTH_SECRET}` }, before);
  const hashOf = async (username: string) =>
    (await after.app.services.database.client.user.findUnique({ where: { usernameKey: username } }))?.passwordHash ?? '';
  const oldHash = await hashOf(kate.username);
  expect(await whoAmI(after, kate.accessToken)).toMatchObject({ id: kate.id });
  expect((await rest.send(after, 'refresh', { refreshToken: kate.refreshToken })).code).toBeNull();
  await logIn(after, kate);
  const lars = await newPerson(after);
  const [, newPepper] = (await hashOf(lars.username)).split('$');
  expect((await hashOf(kate.username)).split('$')[1]).toBe(newPepper);
  expect(oldHash.split('$')[1]).not.toBe(newPepper);
  await logIn(after, kate);
  await after.close();
  await before.close();
});
