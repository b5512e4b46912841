import { METHODS } from 'node:http';
import { pathsOf } from '../../src/rest/register-routes';
import { type House, openHouse } from '../support/house';
import { expectProblem, json, send, type WireAnswer } from '../support/wire';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_EXPLORER: 'off' }); // with it, GET /graphql is a page
});
afterAll(() => house.close());

/** Every path, with an id where one belongs, and what it allows. */
const paths = () => {
  const methods = new Map<string, string[]>([['/graphql', ['POST']]]);
  for (const route of house.app.routes)
    for (const path of pathsOf(route))
      methods.set(path, [...(methods.get(path) ?? []), ...(route.method === 'GET' ? ['HEAD', 'GET'] : [route.method])]);
  // What has an id in this place allows its methods here, too: `options` may be an id.
  const alsoAt = (path: string): string[] =>
    [...methods].flatMap(([other, own]) =>
      other !== path && new RegExp(`^${other.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) ? own : [],
    );
  return [...methods].map(([path, own]) => ({
    path: path.replaceAll(/\{\w+\}/g, 'x'),
    allow: [...new Set([...own, ...alsoAt(path), 'OPTIONS'])].sort(),
    answersOptions: own.includes('OPTIONS'), // forward-auth takes any method as the proxy's
  }));
};

const allowOf = ({ headers }: WireAnswer): string[] | undefined => headers.get('allow')?.split(', ').sort();

describe('a method that a path does not have', () => {
  it('is METHOD_NOT_ALLOWED with what is allowed, before anything of the request is read', async () => {
    const others = METHODS.filter((method) => method !== 'CONNECT');
    for (const { path, allow } of paths())
      for (const method of others.filter((each) => !allow.includes(each))) {
        const answer = await send(house, { method, path, headers: [['Content-Type', 'text/CANARY']], body: '{' });
        expect([method, path, answer.status, allowOf(answer)]).toEqual([method, path, 405, allow]);
        if (method !== 'HEAD') expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.raw).not.toContain('CANARY'); // TRACE would send the request back
      }
  });

  it.each(['FOO', 'CONNECT'])('and that HTTP does not know, or that is for proxies, is refused: %s', async (method) => {
    expect([0, 400]).toContain((await send(house, { method, path: '/v1/profile' })).status);
  });

  it.each([
    ['X-HTTP-Method-Override: PUT', [['X-HTTP-Method-Override', 'PUT']], '/v1/profile'],
    ['X-Method-Override: DELETE', [['X-Method-Override', 'DELETE']], '/v1/profile'],
    ['?_method=PUT', [], '/v1/profile?_method=PUT'],
  ] as const)('cannot be asked for by %s', async (_how, headers, path) => {
    const { headers: own = [], body } = json({ name: 'x' });
    expectProblem(await send(house, { method: 'POST', path, headers: [...own, ...headers], body: body ?? '' }), 405, 'METHOD_NOT_ALLOWED');
  });
});

describe('OPTIONS', () => {
  it('says on every path what is allowed', async () => {
    for (const { path, allow } of paths().filter(({ answersOptions }) => !answersOptions)) {
      const answer = await send(house, { method: 'OPTIONS', path });
      expect([path, answer.status, allowOf(answer), answer.body]).toEqual([path, 204, allow, '']);
    }
  });
});

describe('HEAD', () => {
  it('has the status and the headers of GET, and no body', async () => {
    for (const { path } of paths().filter(({ allow }) => allow.includes('GET'))) {
      const [get, head] = await Promise.all([send(house, { path }), send(house, { method: 'HEAD', path })]);
      const comparable = ({ status, headers }: typeof get) => {
        const { date: _, 'x-request-id': __, ...rest } = Object.fromEntries(headers);
        return { status, rest };
      };
      expect([path, comparable(head)]).toEqual([path, comparable(get)]);
      expect(head.body).toBe('');
      expect(get.body).not.toBe('');
    }
  });
});

describe('a slash at the end of a path', () => {
  it('is let go, with any method and query, and nothing is redirected', async () => {
    const statuses = async (path: string, method = 'GET', body = {}) => {
      const { status, headers } = await send(house, { method, path, ...body });
      return [status, headers.get('location')];
    };
    expect(await statuses('/health/')).toEqual([200, undefined]);
    expect(await statuses('/health/?x=/')).toEqual([200, undefined]);
    expect(await statuses('/v1/profile/')).toEqual([401, undefined]);
    expect(await statuses('/login/', 'POST', json({}))).toEqual([400, undefined]);
    expect(await statuses('/v1/sessions/x/', 'DELETE')).toEqual([401, undefined]);
    expect(await statuses('/graphql/', 'POST', json({ query: '{ me { id } }' }))).toEqual([200, undefined]);
    expect(await statuses('/graphql/', 'DELETE')).toEqual([405, undefined]);
    expect(await statuses('/nothing/')).toEqual([404, undefined]);
    for (const path of ['//evil.example/', '///evil.example/', '/%2Fevil.example/', '/\\evil.example/'])
      expect([path, await statuses(path)]).toEqual([path, [404, undefined]]);
  });
});

describe('a path that is not there', () => {
  it.each([
    '/nothing',
    '/v1',
    '/v1/',
    '/v2/login',
    '/v1/profile//',
    '//v1/profile/',
    '/v1/profile/%20/',
    '//v1/profile',
    '/v1//profile',
    '//',
    '/V1/PROFILE',
    '/v1/Profile',
    '/v1/../v1/profile',
    '/v1/./profile',
    '/v1/%2e%2e/v1/profile',
    '/v1/profile%00',
    '/v1/profile%20',
    '/v1/profile;a=b',
    '/v1%2Fprofile',
    '/v1/profile%2F',
    '/%',
    '/%zz',
    '/v1/sessions/%',
    '/v1/sessions/a/b',
    '/v1/profile/%ff',
    '/.git/config',
    '/.env',
    '/package.json',
    '/node_modules/fastify/package.json',
    '/data/gatehouse.db',
  ])('is NOT_FOUND: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await send(house, { method, path, ...json({}) });
      const { detail } = expectProblem(answer, 404, 'NOT_FOUND');
      expect(detail).toBe('There is nothing here.');
      expect(answer.headers.has('www-authenticate')).toBe(false); // not another route's rules
    }
  });

  it('is not there before its body is looked at', async () => {
    const answer = await send(house, { method: 'POST', path: '/nothing', headers: [['Content-Type', 'text/plain']], body: '{' });
    expectProblem(answer, 404, 'NOT_FOUND');
  });

  it('is the same with a query', async () => {
    expectProblem(await send(house, { path: '/nothing?access_token=x' }), 404, 'NOT_FOUND');
  });
});
