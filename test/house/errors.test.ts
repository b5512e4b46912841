import { newPerson, postGraphQL } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { expectProblem, json, send, type WireAnswer } from '../support/wire';

/** A value that must come back nowhere. In the forms that parsers cut texts into. */
const canary = 'CANARY7e5f-pässwörd';
const noCanary = /CANARY/i;

onBothDatabases('whatever fails, no input value', (house) => {
  const texts: string[] = [];
  const rest = async (method: string, path: string, body: unknown, token?: string): Promise<WireAnswer> => {
    const { headers = [], body: text = '' } = json(body);
    const own = token === undefined ? headers : [...headers, ['Authorization', `Bearer ${token}`] as const];
    const answer = await send(house(), { method, path, headers: own, body: text });
    texts.push(answer.raw);
    return answer;
  };
  const graphql = async (query: string, variables: unknown = {}, token?: string) => {
    const answer = await postGraphQL(house(), query, variables, token);
    texts.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  /** Everything that was answered and logged since the last test. */
  const expectNoCanary = (): void => {
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.splice(0).join('\n')).not.toMatch(noCanary);
    expect(JSON.stringify(house().log)).not.toMatch(noCanary);
  };

  it('comes back from malformed JSON', async () => {
    const bodies = [`{"password":"${canary}"`, `{"password":"${canary}",}`, `"${canary}`, canary, `{"${canary}":`, `[${canary}]`];
    const paths = [
      ['POST', '/v1/register'],
      ['POST', '/login'],
      ['POST', '/v1/refresh'],
      ['PUT', '/v1/password'],
      ['PATCH', '/profile'],
    ] as const;
    for (const body of bodies) {
      for (const [method, path] of paths) expectProblem(await rest(method, path, body), 400, 'BAD_USER_INPUT');
      expect((await rest('POST', '/graphql', body)).status).toBe(400);
    }
    expectNoCanary();
  });

  it('comes back from a wrong type, a missing or unknown field, or a broken rule, through REST', async () => {
    const { accessToken } = await newPerson(house());
    const wrong = [[canary], { [`a${canary}`]: canary }, { $gt: canary }, 12345, true];
    for (const password of wrong) expectProblem(await rest('POST', '/v1/login', { username: canary, password }), 400, 'BAD_USER_INPUT');
    for (const body of [
      { username: canary, email: canary, password: canary },
      { username: `${canary} `, email: [canary], password: `${canary}\0`, name: canary.repeat(100) },
      { username: 'x', email: `${canary}@`, password: `${canary}\ud800` },
      { username: { toString: canary }, password: canary, role: canary },
    ])
      expect((await rest('POST', '/v1/register', body)).status).toBe(400);
    for (const body of [{ picture_url: `javascript:${canary}` }, { locale: canary }, { email: canary }, { bio: [canary] }, { id: canary }])
      expectProblem(await rest('PATCH', '/v1/profile', body, accessToken), 400, 'BAD_USER_INPUT');
    expectProblem(await rest('POST', '/v1/logout', { scope: canary }, accessToken), 400, 'BAD_USER_INPUT');
    expect((await rest('POST', '/v1/refresh', { refresh_token: `ghr_${canary}` })).status).toBe(401);
    expect((await rest('DELETE', `/v1/sessions/${encodeURIComponent(canary)}`, '', accessToken)).status).toBe(404);
    expectNoCanary();
  });

  it('comes back from variables that cannot be coerced', async () => {
    const login = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
    const inputs = [
      canary,
      [canary],
      { password: [canary] },
      { password: { a: canary } },
      { username: canary },
      { password: null, email: [[canary]] },
    ];
    for (const input of [...inputs, null, undefined]) {
      const { status, body } = await graphql(login, { input });
      expect([status, body.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect(body.errors[0].extensions.issues.length).toBeGreaterThan(0);
    }
    const logout = 'mutation($scope: LogoutScope!) { logout(input: { scope: $scope }) { endedSessions } }';
    for (const scope of [canary, [canary], { canary }]) expect((await graphql(logout, { scope })).status).toBe(400);
    const parts = 'mutation($u: String!, $p: String!) { login(input: { username: $u, password: $p }) { accessToken } }';
    for (const p of [[canary], { canary }, 7, null]) expect((await graphql(parts, { u: canary, p })).status).toBe(400);
    expect((await graphql('mutation($id: ID!) { revokeSession(id: $id) { endedSessions } }', { id: [canary] })).status).toBe(400);
    expect((await graphql('query($x: Int!) { me { id } __typename @skip(if: $x) }', { x: canary })).status).toBe(400);
    expectNoCanary();
  });

  it('comes back from literals in the document', async () => {
    for (const input of [
      `{ username: "${canary}", password: "${canary}", nothing: "${canary}" }`,
      `{ username: ["${canary}"], password: "x" }`,
      `{ username: { a: "${canary}" }, password: "x" }`,
      `"${canary}"`,
      `["${canary}"]`,
      `{ username: "a", username: "${canary}", password: "x" }`,
      `{ username: """${canary}""" }`,
      'CANARYENUM',
      '{ username: "x", password: CANARYENUM }',
      '{ username: "x", password: $p }',
    ])
      expect((await graphql(`mutation { login(input: ${input}) { accessToken } }`, { p: canary })).status).toBe(400);
    expect((await graphql(`mutation { logout(input: { scope: "${canary}" }) { endedSessions } }`)).status).toBe(400);
    expect((await graphql(`query($p: Int = "${canary}") { me { id } __typename @skip(if: $p) }`)).status).toBe(400);
    const sameTwice = `{ a: __type(name: "${canary}") { name } a: __type(name: "other") { name } }`;
    expect((await graphql(sameTwice)).status).toBe(400);
    expect((await graphql(`mutation { login(input: { username: "${canary}", password: "${canary}" }) { accessToken } }`)).status).toBe(401);
    expectNoCanary();
  });

  it('comes back from a document that does not parse', async () => {
    for (const document of [
      `mutation { login(input: { password: "${canary}`,
      `mutation { login(input: { password: "${canary}" "${canary}" }) { accessToken } }`,
      `mutation { login(input: { password "${canary}" }) { accessToken } }`,
      `mutation { login("${canary}") { accessToken } }`,
      `"${canary}" { me { id } }`,
      `{ me(x: 1${canary}) { id } }`,
      `{ me(x: "\\q${canary}") { id } }`,
      `{ me(x: ${canary}) { id } }`,
      `{ me ? ${canary} }`,
      '{ me(x: CANARY CANARY) }',
      '{ me(x: 0CANARY) }',
      'CANARY { me { id } }',
      '{ ... on CANARY! }',
    ]) {
      const { status, body } = await graphql(document);
      expect([document, status, body.errors[0].extensions.code]).toEqual([document, 400, 'GRAPHQL_PARSE_FAILED']);
    }
    expectNoCanary();
  });

  it('comes back from the service, the policy, or the database', async () => {
    const taken = await newPerson(house());
    const register = (body: object) => rest('POST', '/v1/register', { username: taken.username, email: `x${taken.email}`, ...body });
    expectProblem(await register({ password: canary }), 409, 'USERNAME_TAKEN');
    expectProblem(await register({ password: 'CANARY' }), 400, 'WEAK_PASSWORD');
    expectProblem(await rest('POST', '/v1/login', { email: `${canary}@example.com`, password: canary }), 401, 'INVALID_CREDENTIALS');
    expectProblem(
      await rest('PUT', '/v1/password', { current_password: canary, new_password: `${canary}2` }, taken.accessToken),
      401,
      'INVALID_CREDENTIALS',
    );
    for (const token of [canary, `${taken.accessToken.slice(0, -9)}CANARY`, `a.${canary}.b`])
      expectProblem(await rest('GET', '/v1/profile', '', encodeURIComponent(token)), 401, 'UNAUTHENTICATED');
    expectNoCanary();
  });
});

/** What a bug would throw at us, put where the operations meet the database. */
onBothDatabases('a defect', (house) => {
  const login = { username: canary, password: canary };
  const document = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';

  /** The way of every look-up by name is replaced for one test. */
  const withDefect = async (defect: () => unknown, test: (house: House) => Promise<void>): Promise<void> => {
    house().expectDefects();
    const { database } = house().app.services;
    const replaced = jest.spyOn(database, 'findUser').mockImplementation(defect as typeof database.findUser);
    try {
      await test(house());
    } finally {
      replaced.mockRestore();
    }
  };
  const real = () => house().app.services.database.client;
  const statements = () => house().app.services.database.statements;

  const kinds: readonly [string, () => unknown][] = [
    ['a TypeError', () => Promise.reject(new TypeError('undefined is not a function'))],
    [
      'an error of a library that quotes what it met',
      () => Promise.reject(Object.assign(new Error(`bad value ${canary}`), { code: 'E_BAD' })),
    ],
    ['something that is no error', () => Promise.reject(`${canary}`)],
    ['Prisma refusing a query', () => real().user.findMany({ where: { nothing: canary } } as object)],
    ['Prisma refusing a value', () => real().user.create({ data: { id: canary, username: 7 } } as never)],
    [
      'a constraint',
      () =>
        real().session.create({
          data: {
            ...{ id: canary, userId: canary, generation: 0, refreshSalt: canary, userAgent: canary },
            ...Object.fromEntries(
              ['rotatedAt', 'authenticatedAt', 'createdAt', 'lastUsedAt', 'idleExpiresAt', 'expiresAt'].map((name) => [name, new Date()]),
            ),
          } as never,
        }),
    ],
    ['broken SQL past Prisma', () => statements().rows`SELECT ${canary} FROM nothing_of_that_name`],
    ['a constraint past Prisma', () => statements().execute`INSERT INTO "sessions" ("id", "userId") VALUES (${canary}, ${canary})`],
    ['broken SQL', () => real().$queryRawUnsafe(`SELECT '${canary}' FROM nothing_of_that_name`)],
  ];

  it.each(kinds)('is masked, and logged in one line with the same request id: %s', async (_what, defect) => {
    await withDefect(defect, async ({ log }) => {
      const { headers = [], body = '' } = json(login);
      const answer = await send(house(), { method: 'POST', path: '/v1/login', headers, body });
      const problem = expectProblem(answer, 500, 'INTERNAL_SERVER_ERROR');
      expect(problem.detail).toBe('Internal server error.');
      const graphql = await postGraphQL(house(), document, { input: login });
      expect(graphql.status).toBe(500);
      const [error] = graphql.body.errors;
      expect(error).toMatchObject({ message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      expect(Object.keys(error.extensions).sort()).toEqual(['code', 'requestId']);
      for (const requestId of [problem.request_id, error.extensions.requestId]) {
        const lines = log.filter(({ level, requestId: id }) => level === 'error' && id === requestId);
        expect(lines).toEqual([expect.objectContaining({ msg: 'defect', defect: expect.objectContaining({ type: expect.any(String) }) })]);
      }
      expect(answer.raw + graphql.text).not.toMatch(/CANARY|prisma|sql|at \w+ \(|node_modules|\/src\/|nothing_of/i);
      expect(JSON.stringify(log)).not.toMatch(noCanary);
    });
  });
});
