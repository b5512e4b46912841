import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { expectProblem, json, send, type WireAnswer } from '../support/wire';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

/** One of each kind of answer, whatever part of the house gives it. */
const answers = async (): Promise<Record<string, WireAnswer>> => {
  const { accessToken } = await newPerson(house);
  const withToken = [['Authorization', `Bearer ${accessToken}`]] as const;
  const graphql = (query: string) => send(house, { method: 'POST', path: '/graphql', ...json({ query }) });
  return {
    profile: await send(house, { path: '/v1/profile', headers: withToken }),
    jwks: await send(house, { path: '/.well-known/jwks.json' }),
    health: await send(house, { path: '/health' }),
    openapi: await send(house, { path: '/openapi.json' }),
    options: await send(house, { method: 'OPTIONS', path: '/v1/login' }),
    badInput: await send(house, { method: 'POST', path: '/v1/login', ...json({}) }),
    unauthenticated: await send(house, { path: '/v1/profile' }),
    notFound: await send(house, { path: '/nothing' }),
    badUrl: await send(house, { path: '/%' }),
    methodNotAllowed: await send(house, { method: 'DELETE', path: '/v1/login' }),
    mediaType: await send(house, { method: 'POST', path: '/v1/login', headers: [['Content-Type', 'text/plain']], body: 'x' }),
    malformed: await send(house, { method: 'POST', path: '/v1/login', ...json('{') }),
    graphql: await graphql('{ me { id } }'),
    graphqlRefusal: await graphql('{ profile { id } }'),
    graphqlMalformed: await send(house, { method: 'POST', path: '/graphql', ...json('{') }),
    graphqlInvalid: await graphql('{ nothing }'),
    graphqlWithoutQuery: await send(house, { method: 'POST', path: '/graphql', ...json({}) }),
    graphqlByHash: await send(house, { method: 'POST', path: '/graphql', ...json({ extensions: { persistedQuery: { version: 1 } } }) }),
    graphqlGet: await send(house, { path: '/graphql' }),
  };
};

describe('every answer', () => {
  it('has the security headers, and says nothing about what serves it (ASVS 3.4, 13.4.6)', async () => {
    for (const [name, { headers }] of Object.entries(await answers())) {
      expect({ name, ...Object.fromEntries(headers) }).toMatchObject({
        name,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-site',
      });
      const absentHere = ['x-powered-by', 'server', 'set-cookie', 'access-control-allow-origin', ...(name === 'jwks' ? [] : ['etag'])];
      for (const absent of absentHere) expect([name, absent, headers.get(absent)]).toEqual([name, absent, undefined]);
    }
  });

  it('is not stored, but for what is public and says so', async () => {
    for (const [name, { headers }] of Object.entries(await answers())) {
      const isPublic = name === 'jwks' || name === 'openapi';
      expect([name, headers.get('cache-control')]).toEqual([name, isPublic ? 'public, max-age=300' : 'no-store']);
    }
  });

  it('names its charset wherever it has a body', async () => {
    for (const [name, { headers, body }] of Object.entries(await answers()))
      if (body !== '') expect([name, headers.get('content-type')]).toEqual([name, expect.stringMatching(/json; charset=utf-8$/)]);
  });

  it('has Strict-Transport-Security where the gateway is reached by https, and not otherwise', async () => {
    expect((await send(house, { path: '/health' })).headers.has('strict-transport-security')).toBe(false);
    const secure = await openHouse('sqlite', { PUBLIC_URL: 'https://gatehouse.test' });
    for (const path of ['/health', '/nothing'])
      expect((await send(secure, { path })).headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    await secure.close();
  });
});

describe('X-Request-Id', () => {
  const ask = (id: string) => send(house, { path: '/nothing', headers: [['X-Request-Id', id]] });

  it.each(['a', 'A-1', '0123456789abcdef-'.repeat(3), 'x'.repeat(64)])('is taken from the client: %s', async (id) => {
    const answer = await ask(id);
    expect(answer.headers.get('x-request-id')).toBe(id);
    expectProblem(answer, 404, 'NOT_FOUND');
    expect(house.log.at(-1)).toMatchObject({ msg: 'request', requestId: id });
  });

  it.each(['<script>', 'a b', 'a_b', '', 'ü', 'x'.repeat(65), 'x'.repeat(10_000), '{"a":1}'])(
    'is replaced when it is no id: %s',
    async (id) => {
      const answer = await ask(id);
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expectProblem(answer, 404, 'NOT_FOUND');
    },
  );

  it('differs from request to request', async () => {
    const [one, two] = await Promise.all([send(house, { path: '/health' }), send(house, { path: '/health' })]);
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
  });
});

describe('Authorization', () => {
  it('is refused when it comes twice, in either order (RFC 6750 §3.1)', async () => {
    const { accessToken } = await newPerson(house);
    const good = ['Authorization', `Bearer ${accessToken}`] as const;
    const bad = ['authorization', 'Bearer garbage'] as const;
    for (const headers of [
      [good, bad],
      [bad, good],
      [good, good],
    ]) {
      const refused = await send(house, { path: '/v1/profile', headers });
      expectProblem(refused, 400, 'BAD_USER_INPUT');
      expect(refused.headers.get('x-content-type-options')).toBe('nosniff'); // refused before all else, with the headers of every answer
      const { headers: own = [], body } = json({ query: '{ me { id } }' });
      const answer = await send(house, { method: 'POST', path: '/graphql', headers: [...own, ...headers], body: body ?? '' });
      expect([answer.status, JSON.parse(answer.body).errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    }
    expect((await send(house, { path: '/v1/profile', headers: [good] })).status).toBe(200);
  });
});

describe('Accept', () => {
  it('does not change what REST answers with: JSON, whatever is asked for', async () => {
    const answer = await send(house, { path: '/health', headers: [['Accept', 'application/xml']] });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  });
});
