import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { expectProblem, json, send, type WireAnswer } from '../support/wire';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const responseJson = 'application/graphql-response+json';
const ask = (body: unknown, headers: readonly (readonly [string, string])[] = [['Accept', responseJson]]): Promise<WireAnswer> => {
  const { headers: own = [], body: text } = json(body);
  return send(house, { method: 'POST', path: '/graphql', headers: [...own, ...headers], body: text ?? '' });
};
const outcome = ({ status, body }: WireAnswer) => [status, JSON.parse(body).errors?.[0]?.extensions.code];
const sessions = () => house.app.services.database.client.session.count();

describe('the status and the type of an answer', () => {
  const cases = [
    ['a success', '{ me { id } }', 200, 200, undefined],
    ['a refusal', '{ profile { id } }', 401, 200, 'UNAUTHENTICATED'],
    ['bad input', 'mutation { login(input: { password: "x" }) { accessToken } }', 400, 200, 'BAD_USER_INPUT'],
    ['a document that does not parse', '{', 400, 400, 'GRAPHQL_PARSE_FAILED'],
    ['a document that does not fit the schema', '{ nothing }', 400, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable that is missing',
      'query($x: String!) { me { id @include(if: true) } a: __type(name: $x) { name } }',
      400,
      400,
      'BAD_USER_INPUT',
    ],
  ] as const;

  it.each(cases)('tell %s', async (_what, query, status, statusOfJson, code) => {
    const answer = await ask({ query });
    expect([...outcome(answer), answer.headers.get('content-type')]).toEqual([status, code, `${responseJson}; charset=utf-8`]);
    for (const headers of [[['Accept', 'application/json']], [['Accept', '*/*']], []] as const) {
      const asJson = await ask({ query }, headers);
      expect([...outcome(asJson), asJson.headers.get('content-type')]).toEqual([statusOfJson, code, 'application/json; charset=utf-8']);
    }
  });

  it('have no data where the operation did not run', async () => {
    for (const query of ['{', '{ nothing }']) expect(JSON.parse((await ask({ query })).body)).not.toHaveProperty('data');
    expect(JSON.parse((await ask({ query: '{ profile { id } }' })).body)).toHaveProperty('data', null);
  });

  it('challenge as REST does: with an error only where a token was sent (RFC 6750 §3)', async () => {
    const query = '{ profile { id } }';
    expect((await ask({ query })).headers.get('www-authenticate')).toBe('Bearer');
    const sent = [
      ['Accept', responseJson],
      ['Authorization', 'Bearer x'],
    ] as const;
    expect((await ask({ query }, sent)).headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it.each(['text/html', 'application/json;q=0', 'image/*'])('are NOT_ACCEPTABLE for Accept: %s, before anything runs', async (accept) => {
    const { username, password } = await newPerson(house);
    const before = await sessions();
    const query = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
    expect(outcome(await ask({ query, variables: { input: { username, password } } }, [['Accept', accept]]))).toEqual([
      406,
      'NOT_ACCEPTABLE',
    ]);
    expect(await sessions()).toBe(before);
  });
});

describe('a request that is not one operation', () => {
  const query = '{ __typename }';
  it.each([
    ['a list of one', [{ query }]],
    ['a list of ten', Array(10).fill({ query })],
    ['an empty list', []],
    ['an empty object', {}],
    ['a text', '"x"'],
    ['null', 'null'],
    ['no JSON', '{'],
    ['nothing', ''],
    ['a query that is a number', { query: 5 }],
    ['a query that is an object', { query: {} }],
    ['a query that is a list', { query: [query] }],
    ['an empty query', { query: '' }],
    ['variables that are a text', { query, variables: 'x' }],
    ['variables that are a list', { query, variables: [] }],
    ['an operation name that is a number', { query, operationName: 3 }],
    ['extensions that are a text', { query, extensions: 'x' }],
    ['variables that are an empty text', { query, variables: '' }],
    ['an empty query beside another extension', { query: '', extensions: { tracing: true } }],
  ])('is BAD_REQUEST: %s', async (_what, body) => {
    const answer = await ask(body);
    expect([...outcome(answer), answer.headers.get('content-type')]).toEqual([400, 'BAD_REQUEST', `${responseJson}; charset=utf-8`]);
    expect(JSON.parse(answer.body).errors[0].extensions.requestId).toBe(answer.headers.get('x-request-id'));
  });

  it.each([
    ['a name that is not there', { query: 'query A { __typename }', operationName: 'B' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['no name where there are two', { query: 'query A { __typename } query B { __typename }' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['a subscription', { query: 'subscription { x }' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['two without a name', { query: '{ __typename } { __typename }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['@defer', { query: '{ me { ... @defer { id } } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['@stream', { query: '{ sessions @stream { id } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['fragments in a circle', { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['more than 1,000 tokens', { query: `{ ${'a '.repeat(1_001)} }` }, 'OPERATION_TOO_LONG'],
  ])('is refused cleanly: %s', async (_what, body, code) => {
    expect(outcome(await ask(body))).toEqual([400, code]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json; charset=utf-16',
    null,
  ])('is UNSUPPORTED_MEDIA_TYPE with Content-Type: %s, with the preflight header too', async (contentType) => {
    for (const preflight of [[], [['apollo-require-preflight', '1']]] as const) {
      const headers = [...preflight, ...(contentType === null ? [] : [['Content-Type', contentType] as const])];
      const answer = await send(house, { method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query }) });
      expect(outcome(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    }
  });
});

describe('a member of another type', () => {
  it('is refused by its name, with every other one', async () => {
    const { errors } = JSON.parse((await ask({ query: 1, variables: '', operationName: 2, extensions: [] })).body);
    expect(errors[0].extensions.issues).toEqual([
      { path: 'query', message: 'must be a text' },
      { path: 'operationName', message: 'must be a text' },
      { path: 'variables', message: 'must be an object' },
      { path: 'extensions', message: 'must be an object' },
    ]);
    const [missing] = JSON.parse((await ask({ variables: {} })).body).errors;
    expect([missing.message, missing.extensions.issues]).toEqual([
      'The request cannot be understood: query is required.',
      [{ path: 'query', message: 'is required' }],
    ]);
  });
});

describe('an empty operationName', () => {
  it('is none, as many clients send it for a document without a name', async () => {
    const { body } = await ask({ query: '{ __typename }', operationName: '' });
    expect(JSON.parse(body)).toEqual({ data: { __typename: 'Query' } });
    expect(outcome(await ask({ query: 'query A { __typename } query B { __typename }', operationName: '' }))).toEqual([
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ]);
  });
});

describe('a persisted query', () => {
  const extensions = encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: 'x' } }));

  it('is told by GET and by POST alike that none is kept, in the words that clients send the document for', async () => {
    const byGet = await send(house, { path: `/graphql?operationName=A&extensions=${extensions}`, headers: [['Accept', responseJson]] });
    const byPost = await ask({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } });
    for (const { status, headers, body } of [byGet, byPost]) {
      const requestId = headers.get('x-request-id');
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        `${responseJson}; charset=utf-8`,
        'no-store',
      ]);
      expect(JSON.parse(body).errors).toEqual([
        { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', requestId } },
      ]);
    }
  });

  it.each([
    `?query=%7B__typename%7D&extensions=${extensions}`,
    '?extensions=x',
    '?extensions=%7B%7D',
    '?extensions=null',
    '?extensions=%7B%22persistedQuery%22%3A1%7D',
    '',
  ])('by GET is no excuse for anything else: %s', async (search) => {
    expectProblem(await send(house, { path: `/graphql${search}` }), 405, 'METHOD_NOT_ALLOWED');
  });
});

describe('GET', () => {
  it('executes nothing: 405 with Allow, for a query and for a mutation', async () => {
    const { username, password } = await newPerson(house);
    const before = await sessions();
    const login = `mutation { login(input: { username: "${username}", password: "${password}" }) { accessToken } }`;
    for (const query of ['{ __typename }', login])
      for (const preflight of [[], [['apollo-require-preflight', '1']]] as const) {
        const answer = await send(house, { path: `/graphql?query=${encodeURIComponent(query)}`, headers: preflight });
        expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.headers.get('allow')?.split(', ')).toContain('POST');
      }
    expect(await sessions()).toBe(before);
  });
});

describe('several mutations in one document', () => {
  it('run in order, each under the token of the request: one that was just issued is not used', async () => {
    const { username, password, accessToken } = await newPerson(house);
    const document = `mutation { login(input: { username: "${username}", password: "${password}" }) { accessToken } logout { endedSessions } }`;
    expect(outcome(await ask({ query: document }))).toEqual([401, 'UNAUTHENTICATED']);
    const sent = [
      ['Accept', responseJson],
      ['Authorization', `Bearer ${accessToken}`],
    ] as const;
    const { data } = JSON.parse((await ask({ query: document }, sent)).body);
    expect(data.logout.endedSessions).toBe(1);
    const withNew = [
      ['Accept', responseJson],
      ['Authorization', `Bearer ${data.login.accessToken}`],
    ] as const;
    expect(outcome(await ask({ query: '{ profile { id } }' }, withNew))).toEqual([200, undefined]);
    expect(outcome(await ask({ query: '{ profile { id } }' }, sent))).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('tracing', () => {
  it('is not there to be asked for', async () => {
    const answer = await ask({ query: '{ __typename }', extensions: { tracing: true } }, [['x-apollo-tracing', '1']]);
    expect(JSON.parse(answer.body)).toEqual({ data: { __typename: 'Query' } });
  });
});
