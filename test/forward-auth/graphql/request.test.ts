import { newPerson, type Person } from '../../support/doors';
import { type House, openHouse } from '../../support/house';
import { forwarded, fromEnvoy, json, manifestOf, sha256, writePolicy } from '../../support/upstream';
import { send, type WireAnswer, type WireRequest } from '../../support/wire';

const trusted = { 'open-1': '{ products { name } }', 'mine-1': 'query Mine { orders { id } }' };

const policy = {
  endpoints: {
    '/graphql': {
      fields: {
        'Query.products': 'public',
        'Query.orders': 'authenticated',
        'Query.reports': ['ADMIN', 'AUDITOR'],
        'Mutation.*': 'authenticated',
        'Mutation.refund': ['ADMIN'],
        'Mutation.login': 'public',
        'Subscription.prices': 'public',
      },
      trustedDocuments: 'manifest.json',
      ignoredParameters: ['debug'],
    },
  },
};

let house: House;
let kate: Person;
let admin: Person;
beforeAll(async () => {
  house = await openHouse('sqlite', {
    AUTH_UPSTREAM_POLICY: writePolicy(policy, { 'manifest.json': manifestOf(trusted) }),
    AUTH_ORIGINAL_BODY: 'on',
    AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in',
  });
  kate = await newPerson(house);
  admin = await newPerson(house);
  await house.app.services.users.setRoles(admin.id, ['ADMIN']);
});
afterAll(() => house.close());

const as = (request: WireRequest, person?: Person): WireRequest =>
  person ? { ...request, headers: [...(request.headers ?? []), ['Authorization', `Bearer ${person.accessToken}`]] } : request;

/** `200`, or the status with the code of the GraphQL error. */
const outcome = ({ status, body }: WireAnswer): string => {
  if (status === 200) return '200';
  const { errors, ...rest } = JSON.parse(body);
  expect([errors.length, Object.keys(rest), errors[0].extensions.requestId]).toEqual([1, [], expect.any(String)]);
  return `${status} ${errors[0].extensions.code}`;
};

const ask = async (request: WireRequest, person?: Person) => outcome(await send(house, as(request, person)));
const post = (body: unknown, person?: Person) => ask(fromEnvoy(typeof body === 'string' ? body : JSON.stringify(body)), person);
const query = (document: string, person?: Person) => post({ query: document }, person);
const get = (parameters: Readonly<Record<string, string>>, person?: Person) =>
  ask(forwarded(`/graphql?${new URLSearchParams(parameters)}`), person);

const refused = '400 BAD_REQUEST';
const unnamed = '403 FORBIDDEN';
const unknown = '401 UNAUTHENTICATED';

describe('forward-auth by GraphQL operation', () => {
  it('lets pass what is public, with the caller where there is one, and with an empty identity where there is none', async () => {
    const names = ['x-auth-user-id', 'x-auth-username', 'x-auth-email', 'x-auth-roles', 'x-auth-permissions', 'x-auth-session-id'];
    const identity = ({ headers }: WireAnswer) => names.map((name) => headers.get(name));
    const open = fromEnvoy('{"query":"{ products { name } }"}');
    expect(identity(await send(house, open))).toEqual(['', '', '', '', '', '']);
    expect(identity(await send(house, as(open, kate)))).toEqual([kate.id, kate.username, kate.email, '', '', kate.sessionId]);
    const stale = await send(house, { ...open, headers: [json, ['Authorization', 'Bearer x.y.z'], ['X-Auth-Roles', 'ADMIN']] });
    expect([stale.status, identity(stale)]).toEqual([200, ['', '', '', '', '', '']]);
  });

  it('asks for a session, or for one of the roles, as the field needs', async () => {
    expect(await query('{ orders { id } }')).toBe(unknown);
    expect(await query('{ orders { id } }', kate)).toBe('200');
    expect(await query('{ reports { id } }')).toBe(unknown);
    expect(await query('{ reports { id } }', kate)).toBe(unnamed);
    expect(await query('{ reports { id } }', admin)).toBe('200');
    expect(await query('mutation { cancel }', kate)).toBe('200');
    expect(await query('mutation { refund }', kate)).toBe(unnamed);
    expect(await query('mutation { refund }', admin)).toBe('200');
    expect(await query('subscription { prices }')).toBe('200');
  });

  it('refuses what no rule names, whoever asks', async () => {
    for (const person of [undefined, kate, admin])
      for (const document of [
        '{ secrets }',
        '{ products secrets }',
        'subscription { orders }',
        '{ __schema { types { name } } }',
        '{ __type(name: "User") { name } }',
        '{ _service { sdl } }',
        '{ Products }',
        '{ constructor }',
        '{ __proto__ }',
      ])
        expect([document, await query(document, person)]).toEqual([document, unnamed]);
    expect(await query('{ __typename }')).toBe('200');
    expect(await query('mutation { _entities }', kate)).toBe(unnamed); // a star means the names without an underscore
  });

  it('sees through aliases, fragments, @skip and @include', async () => {
    for (const document of [
      '{ products: orders { id } }',
      '{ ... { orders } }',
      '{ ... on Query { orders } }',
      '{ ... on Anything { ... on Query { orders } } }',
      'query { ...A } fragment A on Query { ...B } fragment B on Query { products orders }',
      'query { products ...A ...A } fragment A on Root { orders }',
      '{ products orders @skip(if: true) { id } }',
      'query Q($yes: Boolean = false) { products orders @include(if: $yes) { id } }',
      '# { products }\n{ orders }',
      '{ products(name: "}") { name } orders { id } }',
      '{,,,products,,,orders }',
    ])
      expect([document, await query(document), await query(document, kate)]).toEqual([document, unknown, '200']);
  });

  it('decides by the operation that is named, and refuses a document that leaves a doubt', async () => {
    const two = 'query Open { products } query Mine { orders }';
    expect(await post({ query: two, operationName: 'Open' })).toBe('200');
    expect(await post({ query: two, operationName: 'Mine' })).toBe(unknown);
    for (const body of [
      { query: two },
      { query: two, operationName: 'Other' },
      { query: two, operationName: '' },
      { query: two, operationName: ['Open'] },
      { query: '{ products }', operationName: 'Other' },
      { query: 'query Open { products } query Open { orders }', operationName: 'Open' },
      { query: 'query Open { products } { orders }', operationName: 'Open' },
      { query: 'query Open { ...A } fragment A on Query { products } fragment A on Query { orders }' },
      { query: '{ products } type Query { orders: Int }' },
      { query: '{ ...Gone }' },
      { query: '{ products # \u2028 orders\n}' },
      { query: '{ products \u0000 }' },
      { query: 'fragment A on Query { products }' },
      { query: '{ products' },
      { query: '' },
      { query: ['{ products }'] },
      { query: null },
      {},
    ])
      expect([body, await post(body, admin)]).toEqual([body, refused]);
    expect(await query('{ ...A } fragment A on Query { ...A }', admin)).toBe('400 GRAPHQL_VALIDATION_FAILED');
  });

  it('refuses a document that a service could read otherwise, and says why', async () => {
    const hidden: readonly (readonly [string, RegExp])[] = [
      ['{ products # \r orders\n}', /carriage return/],
      ['{ products(a: ["""\\"""" ]) orders #"""]) }', /block string/],
      ['{ products(a: """""") }', /block string/],
      ['{ products #"""\n}', /block string/],
      ['{ products # \0 orders\n}', /control characters/],
      ['{ products # \v orders\n}', /control characters/],
      ['{ products # \u0085 orders\n}', /control characters/],
      ['{ products # \u2028 orders\n}', /control characters/],
      ['{ products(a: "\x7f") }', /control characters/],
      ['\ufeff{ products }', /byte order mark/],
      ['{ products(a: "\\u{22}") }', /escape/],
      ['{ products(a: "\ud83d") }', /well-formed Unicode/],
    ];
    for (const [document, reason] of hidden) {
      const told = await send(house, as(fromEnvoy(JSON.stringify({ query: document })), admin));
      expect([document, outcome(told)]).toEqual([document, refused]);
      expect(JSON.parse(told.body).errors[0].extensions.issues).toEqual([{ path: 'query', message: expect.stringMatching(reason) }]);
      if (document.isWellFormed()) expect([document, await get({ query: document }, admin)]).toEqual([document, refused]);
    }
    const plain = '# a comment: é 🙂 \u00a0 \'\r\n{\tproducts(a: "\\"\\\\\\/\\n\\u0022\\ud83d\\ude42 é", b: ["" ""]) # the end';
    expect(await query(`${plain}\n}`)).toBe('200');
    expect(await get({ query: `${plain}\r\n}` })).toBe('200');
  });

  it('refuses a body that another reader could understand otherwise', async () => {
    const open = '"query":"{ products }"';
    for (const body of [
      '',
      '{',
      'null',
      '"{ products }"',
      `\ufeff{${open}}`,
      `{${open},"query":"{ orders }"}`,
      `{${open},"\\u0071uery":"{ orders }"}`,
      `{${open},"Query":"{ orders }"}`,
      `{${open},"QUERY":"{ orders }"}`,
      `{${open},"mutation":"{ orders }"}`,
      `{${open},"__proto__":{"query":"{ orders }"}}`,
      `{${open},"constructor":1}`,
      `{${open},"variables":{"a":1,"a":2}}`,
      `{${open},"extensions":{"anything":1}}`,
      `{${open},"id":"mine-1"}`,
      `[{${open}}]`,
      `[{${open}},{"query":"{ orders }"}]`,
      `{${open}}{"query":"{ orders }"}`,
    ])
      expect([body, await post(body, admin)]).toEqual([body, refused]);
    expect(await ask(fromEnvoy(Buffer.from([...Buffer.from('{"query":"{ products }'), 0xff, ...Buffer.from('"}')])))).toBe(refused);
    expect(
      await post(`{${open},"debug":true,"variables":{"a":"b"},"operationName":null,"extensions":{"clientLibrary":{"name":"x"}}}`),
    ).toBe('200');
    expect(await post(`{"\\u0071uery":"{ \\u0070roducts }"}`)).toBe('200');
  });

  it('takes JSON in UTF-8 and nothing else', async () => {
    const body = '{"query":"{ products }"}';
    const typed = (value?: string, ...others: (readonly [string, string])[]) =>
      ask(fromEnvoy(body, [...(value === undefined ? [] : [['Content-Type', value] as const]), ...others]), admin);
    for (const type of [
      undefined,
      'text/plain',
      'application/graphql',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-7',
      'application/jsonx',
      'application/json, text/plain',
    ])
      expect([type, await typed(type)]).toEqual([type, '415 UNSUPPORTED_MEDIA_TYPE']);
    expect(await typed('application/json', ['Content-Type', 'application/x-www-form-urlencoded'])).toBe(refused);
    expect(await typed('application/json', ['Content-Encoding', 'gzip'])).toBe('415 UNSUPPORTED_MEDIA_TYPE');
    expect(await typed('application/json;charset=UTF-8')).toBe('200');
  });

  it('reads the query of a GET, and refuses every doubt in its address', async () => {
    expect(await get({ query: '{ products }' })).toBe('200');
    expect(await get({ query: '{ orders }' })).toBe(unknown);
    expect(await get({ query: '{ orders }', variables: '{}', debug: '1' }, kate)).toBe('200');
    expect(await get({ query: 'mutation { login }' })).toBe('405 METHOD_NOT_ALLOWED');
    const open = `query=${encodeURIComponent('{ products }')}`;
    const closed = encodeURIComponent('{ orders }');
    for (const search of [
      '',
      '?',
      `?${open}&query=${closed}`,
      `?${open}&Query=${closed}`,
      `?${open}&query[]=${closed}`,
      `?${open}%23;query=${closed}`,
      `??${open}`,
      `?${open}&id=mine-1`,
      `?${open}%zz`,
      `?${open}%ff`,
      `?${open}#&debug=1`,
      `?query=${encodeURIComponent('query A { products } query Mine { orders }')}#&operationName=A`,
      `?${open}&extensions=x`,
      `?${open}&extensions=${encodeURIComponent('{"a":{},"a":{}}')}`,
    ])
      expect([search, await ask(forwarded(`/graphql${search}`), admin)]).toEqual([search, refused]);
    for (const path of ['/graphql/', '/GraphQL', '/x/../graphql', '/%67raphql', '//graphql', '/admin', '/'])
      expect([path, await ask(forwarded(`${path}?${open}`), admin)]).toEqual([path, unnamed]);
  });

  it('refuses a POST whose address names parameters as well', async () => {
    const body = '{"query":"{ products }"}';
    for (const parameter of ['query=%7Borders%7D', 'operationName=Mine', 'documentId=mine-1', 'anything=1'])
      expect([parameter, await ask(fromEnvoy(body, [json], `/graphql?${parameter}`), admin)]).toEqual([parameter, refused]);
    expect(await ask(fromEnvoy(body, [json], '/graphql?debug=1'))).toBe('200');
  });

  it('refuses what may be acted upon later, elsewhere or in part', async () => {
    const open = `/graphql?query=${encodeURIComponent('{ products }')}`;
    for (const header of [
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', 'x'],
      ['X-HTTP-Method-Override', 'POST'],
      ['X-HTTP-Method', 'POST'],
      ['X-Method-Override', 'POST'],
      ['X-Envoy-Auth-Partial-Body', 'true'],
    ] as const)
      expect([header, await ask(forwarded(open, 'GET', [header]), admin)]).toEqual([header, refused]);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'get', 'QUERY'])
      expect([method, await ask(forwarded(open, method), admin)]).toEqual([method, '405 METHOD_NOT_ALLOWED']);
  });

  it('decides nothing that the proxy has not told, and nothing that it was told in two ways', async () => {
    const bare = (headers: WireRequest['headers'], path = '/v1/verify/graphql') => ask({ path, headers: headers ?? [] }, admin);
    const uri = `/graphql?query=${encodeURIComponent('{ products }')}`;
    expect(await bare([])).toBe(unnamed);
    expect(await bare([['X-Forwarded-Uri', uri]])).toBe(unnamed); // was it a GET?
    expect(await bare([['X-Forwarded-Method', 'GET']])).toBe(unnamed);
    expect(await ask(forwarded('/graphql', 'POST'), admin)).toBe(refused); // where is the body?
    const original = [
      ['X-Original-Method', 'GET'],
      ['X-Original-URL', `https://shop.example.com${uri}`],
    ] as const;
    expect(await bare(original)).toBe('200');
    for (const claim of [
      ['X-Forwarded-Uri', '/graphql?query={products}'],
      ['X-Original-URI', '/'],
      ['X-Forwarded-Method', 'POST'],
      ['X-Forwarded-Uri', ''],
    ] as const)
      expect([claim, await bare([...original, claim])]).toEqual([claim, unnamed]);
    expect(await bare([['X-Forwarded-Method', 'POST']], `/v1/verify/graphql?uri=${uri}`)).toBe(unnamed);
    expect(
      await bare([
        ['X-Forwarded-Uri', uri],
        ['X-Forwarded-Uri', uri],
        ['X-Forwarded-Method', 'GET'],
      ]),
    ).toBe(refused); // Node makes one text of the two
  });

  it('reads the body of a GET that asks about a POST, as Traefik sends it', async () => {
    const request = (document: string) => ({ ...forwarded('/graphql', 'POST', [json]), body: JSON.stringify({ query: document }) });
    expect(await ask(request('{ products }'))).toBe('200');
    expect(await ask(request('{ orders }'))).toBe(unknown);
    expect(await ask({ ...forwarded('/graphql?query=%7Bproducts%7D', 'GET', [json]), body: '{"query":"{ orders }"}' }, admin)).toBe(
      refused,
    );
  });

  it('reads X-Original-Body in base64, where that is switched on', async () => {
    const held = (text: string | Buffer) => forwarded('/graphql', 'POST', [json, ['X-Original-Body', text.toString()]]);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const open = '{\n  "query": "{ products(name: \\"Zoë\\") { name } }"\r\n}';
    expect(await ask(held(base64(open)))).toBe('200');
    expect(await ask(held(base64('{"query":"{ orders }"}')))).toBe(unknown);
    for (const value of [
      '{"query":"{ products }"}',
      `${base64(open)}!`,
      base64(open).replaceAll('=', ''),
      `${base64(open)}, ${base64(open)}`,
    ])
      expect([value, await ask(held(value), admin)]).toEqual([value, refused]);
    expect(await ask({ ...held(base64(open)), body: '{"query":"{ products }"}' }, admin)).toBe(refused);
  });

  it('knows trusted documents by their id, and lets none differ from the text that comes with it', async () => {
    const hash = (sha256Hash: unknown, version: unknown = 1) => ({ extensions: { persistedQuery: { version, sha256Hash } } });
    expect(await post({ documentId: 'open-1' })).toBe('200');
    expect(await post({ documentId: 'mine-1', operationName: 'Mine' })).toBe(unknown);
    expect(await post({ documentId: 'mine-1' }, kate)).toBe('200');
    expect(await post(hash('open-1'))).toBe('200');
    expect(await get({ documentId: 'open-1' })).toBe('200');
    expect(await get({ extensions: JSON.stringify(hash('mine-1').extensions) })).toBe(unknown);
    expect(await post(hash(sha256('{ products }')), admin)).toBe('400 PERSISTED_QUERY_NOT_FOUND');
    expect(await post({ query: '{ products }', ...hash(sha256('{ products }')) })).toBe('200');
    expect(await post({ query: trusted['open-1'], documentId: 'open-1' })).toBe('200');
    for (const body of [
      { query: '{ products }', documentId: 'mine-1' },
      { query: '{ products }', ...hash('mine-1') },
      { query: '{ products }', ...hash(sha256('{ orders }')) },
      { query: trusted['open-1'], documentId: 'open-1', ...hash('mine-1') },
      { documentId: 'open-1', ...hash('mine-1') },
      { query: '{ products }', ...hash(sha256('{ products }').toUpperCase()) },
      { query: '{ products }', documentId: sha256('{ products }') },
      hash('open-1', 2),
      hash(['open-1']),
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'open-1', id: 'mine-1' } } },
      { extensions: 'x' },
      { documentId: 7 },
    ])
      expect([body, await post(body, admin)]).toEqual([body, refused]);
    for (const id of ['__proto__', 'constructor', 'OPEN-1'])
      expect(await post({ documentId: id }, admin)).toBe('400 PERSISTED_QUERY_NOT_FOUND');
  });

  it('keeps the limits of a GraphQL operation, before it is looked at', async () => {
    expect(await query(`{ ${'products '.repeat(1100)} }`, admin)).toBe('400 OPERATION_TOO_LONG');
    expect(await query(`{ products { ${'a { '.repeat(10)} b ${'} '.repeat(10)} } }`, admin)).toBe('400 OPERATION_TOO_DEEP');
    expect(await query(`{ ${Array.from({ length: 11 }, (_, n) => `a${n}: products`).join(' ')} }`, admin)).toBe('400 TOO_MANY_ROOT_FIELDS');
    expect(await post({ query: '{ products }', variables: { text: 'x'.repeat(200_000) } }, admin)).toBe('413 PAYLOAD_TOO_LARGE');
    const got = await send(house, as({ ...forwarded('/graphql', 'POST', [json]), body: ' '.repeat(200_000) }, admin));
    expect(got.status).toBe(413);
  });

  it('answers in the content type that the client reads, with the challenge of every 401', async () => {
    const asked = async (accept: string) => {
      const { status, headers } = await send(house, fromEnvoy('{"query":"{ orders }"}', [json, ['Accept', accept]]));
      return [status, headers.get('content-type'), headers.get('www-authenticate')];
    };
    expect(await asked('application/graphql-response+json, application/json;q=0.9')).toEqual([
      401,
      'application/graphql-response+json; charset=utf-8',
      'Bearer',
    ]);
    expect(await asked('application/json')).toEqual([401, 'application/json; charset=utf-8', 'Bearer']);
    expect(await asked('text/event-stream')).toEqual([401, 'application/json; charset=utf-8', 'Bearer']);
    const { body } = await send(house, { ...fromEnvoy('{"query":"{ orders }"}'), headers: [json, ['Authorization', 'Basic x']] });
    expect(JSON.parse(body).errors[0]).toMatchObject({
      message: expect.any(String),
      extensions: { code: 'UNAUTHENTICATED', reason: 'MALFORMED' },
    });
  });

  it('gives nginx a 403 for what it could not pass on, and a page its way to the sign-in', async () => {
    const nginx = (uri: string, headers: WireRequest['headers'] = []) => ({
      path: '/v1/verify/graphql',
      headers: [['X-Original-Method', 'GET'], ['X-Original-URL', `https://shop.example.com${uri}`], ...(headers ?? [])] as const,
    });
    expect(await ask(nginx('/graphql'), admin)).toBe(unnamed);
    expect(await ask(nginx('/graphql?query=%7Borders%7D'))).toBe(unknown);
    const page = ['Accept', 'text/html'] as const;
    const told = await send(house, nginx('/graphql?query=%7Borders%7D', [page]));
    expect([told.status, told.headers.get('x-auth-sign-in')]).toEqual([
      401,
      expect.stringContaining('https://app.example.com/sign-in?return_to='),
    ]);
    expect((await send(house, forwarded('/graphql?query=%7Borders%7D', 'GET', [page]))).status).toBe(302);
  });

  it('refuses OPTIONS, and a question with a parameter that it does not know', async () => {
    const body = '{"query":"{ products }"}';
    for (const path of ['/v1/verify/graphql', '/v1/verify/graphql?uri=/graphql'])
      for (const [person, status] of [[undefined, 401] as const, [admin, 405] as const])
        expect((await send(house, as({ ...fromEnvoy(body), method: 'OPTIONS', path }, person))).status).toBe(status);
    for (const query of ['roles=ADMIN', 'Role=ADMIN', 'policy=open'])
      expect([query, await ask({ ...fromEnvoy(body), path: `/v1/verify/graphql?${query}&uri=/graphql` }, admin)]).toEqual([query, unnamed]);
  });

  it('adds the roles of the address to those of the policy', async () => {
    const request = { ...fromEnvoy('{"query":"{ products }"}'), path: '/v1/verify/graphql?role=ADMIN&uri=/graphql' };
    expect([await ask(request), await ask(request, kate), await ask(request, admin)]).toEqual([unknown, unnamed, '200']);
  });

  it('sees a logout and a changed role at once', async () => {
    const guest = await newPerson(house);
    expect(await query('mutation { refund }', guest)).toBe(unnamed);
    await house.app.services.users.setRoles(guest.id, ['ADMIN']);
    expect(await query('mutation { refund }', guest)).toBe('200');
    await house.app.services.users.revokeSessions(guest.id);
    expect(await query('mutation { refund }', guest)).toBe(unknown);
  });
});

describe('without the settings', () => {
  it('lets no operation pass, and reads no X-Original-Body', async () => {
    const closed = await openHouse('sqlite');
    expect((await send(closed, fromEnvoy('{"query":"{ __typename }"}'))).status).toBe(403);
    await closed.close();
    const open = await openHouse('sqlite', {
      AUTH_UPSTREAM_POLICY: writePolicy({ endpoints: { '/graphql': { fields: { 'Query.products': 'public' } } } }),
    });
    const body = Buffer.from('{"query":"{ products }"}').toString('base64');
    expect((await send(open, forwarded('/graphql', 'POST', [json, ['X-Original-Body', body]]))).status).toBe(400);
    expect(
      (await send(open, fromEnvoy('{"query":"{ products }"}', [json, ['X-Original-Body', Buffer.from('x').toString('base64')]]))).status,
    ).toBe(200);
    await open.close();
  });
});
