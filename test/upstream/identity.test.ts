// Gateway, checks 4 and 5; traps 2, 14, 15.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { ServedPath } from '../../src/policy/policy';
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import { createIdentity } from '../../src/upstream/identity/identity';
import { newPerson, postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop, type ShopRequest } from '../support/shop';
import { send } from '../support/wire';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.requests.length = 0;
  shop.answer = undefined;
});

const asked = (): ShopRequest => {
  const [request] = shop.requests.splice(0);
  if (request === undefined) throw new Error('the service was asked nothing');
  return request;
};

const withHouse = async (
  upstream: object,
  run: (house: House) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> => {
  const house = await openBefore(shop, { upstream, environment });
  try {
    await run(house);
  } finally {
    await house.close();
  }
};

const query = '{ products { id } }';
const hostile = {
  'X-Auth-User-Id': 'somebody',
  x_auth_user_id: 'somebody',
  'X-Auth_Roles': 'ADMIN',
  'X-Auth-Permissions': 'all:*',
  'X-Tenant': 'theirs',
  'X-Hasura-Admin-Secret': 'guess',
  'X-Forwarded-For': '203.0.113.9',
  'X-Real-Ip': '203.0.113.9',
  Forwarded: 'for=203.0.113.9',
  Cookie: 'a=b',
  Connection: 'x-auth-roles, x-auth-user-id',
  'Accept-Encoding': 'gzip',
  'X-Anything': 'else',
};

describe('who is calling', () => {
  it('4: is what the session says, whatever a client sends', async () => {
    await withHouse({ headers: { 'x-tenant': 'of $username' }, forward: ['x-passed'] }, async (house) => {
      const { accessToken, id, username, sessionId } = await newPerson(house);
      const body = JSON.stringify({ query });
      const sent = Object.entries({
        ...hostile,
        'X-Passed': 'yes',
        Authorization: `Bearer ${accessToken}`,
        'Content-Type': 'application/json',
      });
      const answer = await send(house, { method: 'POST', path: '/graphql', headers: sent as [string, string][], body });
      expect(answer.status).toBe(200);
      const { headers, rawHeaders } = asked();
      expect(headers).toMatchObject({
        'x-auth-user-id': id,
        'x-auth-username': username,
        'x-auth-session-id': sessionId,
        'x-auth-roles': '',
        'x-auth-permissions': '',
        'x-auth-organization-id': '',
        'x-auth-actor-id': '',
        'x-auth-client-id': '',
        'x-tenant': `of ${username}`,
        'x-passed': 'yes',
        'x-forwarded-for': '127.0.0.1',
      });
      expect(Number(headers['x-auth-time'])).toBeGreaterThan(1_000_000_000);
      const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      const passed = names.filter((name) => !name.startsWith('x-auth-') && !['x-tenant', 'x-passed'].includes(name));
      expect(passed.sort()).toEqual(
        [
          'accept',
          'connection',
          'content-length',
          'content-type',
          'host',
          'x-forwarded-for',
          'x-forwarded-host',
          'x-forwarded-proto',
          'x-request-id',
        ].sort(),
      );
      expect(JSON.stringify(headers)).not.toMatch(/somebody|ADMIN|theirs|guess|203\.0\.113|a=b|else|gzip/);
    });
  });

  it('4: is nobody, with every header empty, where there is no live session', async () => {
    await withHouse(
      { headers: { 'x-tenant': '$userId', 'x-shop': 'main' }, secretHeaders: { 'x-key': 'SHOP_KEY' } },
      async (house) => {
        await postGraphQL(house, query, {}, 'no.token.here', { 'x-auth-user-id': 'somebody', 'x-tenant': 'theirs' });
        const { headers } = asked();
        expect(headers).toMatchObject({ 'x-auth-user-id': '', 'x-auth-roles': '', 'x-auth-time': '', 'x-shop': 'main', 'x-key': 'k3y' });
        expect(headers['x-tenant']).toBeUndefined();
        expect(headers.authorization).toBeUndefined();
      },
      { SHOP_KEY: 'k3y' },
    );
  });

  it('is the role of this moment: one that was taken away is gone with the next operation', async () => {
    await withHouse({}, async (house) => {
      const { accessToken, id } = await newPerson(house);
      const setRoles = (roles: string) => house.app.services.database.client.user.update({ where: { id }, data: { roles } });
      await setRoles('SUPPORT');
      expect((await postGraphQL(house, 'mutation { refund(id: "1") }', {}, accessToken)).body).toEqual({ data: { refund: 1 } });
      expect(asked().headers['x-auth-roles']).toBe('SUPPORT');
      await setRoles('');
      expect((await postGraphQL(house, 'mutation { refund(id: "1") }', {}, accessToken)).body.errors[0].extensions.code).toBe('FORBIDDEN');
      expect(shop.requests).toHaveLength(0);
    });
  });

  it("may be the caller's own token, where the service judges it itself, and only a live one", async () => {
    await withHouse({ identity: 'token' }, async (house) => {
      const { accessToken } = await newPerson(house);
      await postGraphQL(house, query, {}, accessToken);
      expect(asked().headers.authorization).toBe(`Bearer ${accessToken}`);
      await postGraphQL(house, query, {}, `${accessToken}x`);
      expect(asked().headers.authorization).toBeUndefined();
    });
  });

  it('may be told to nobody', async () => {
    await withHouse({ identity: 'none' }, async (house) => {
      const { accessToken } = await newPerson(house);
      await postGraphQL(house, query, {}, accessToken, { 'x-auth-user-id': 'x' });
      const { headers } = asked();
      expect(Object.keys(headers).filter((name) => name.startsWith('x-auth') || name === 'authorization')).toEqual([]);
    });
  });
});

describe('the internal token', () => {
  const claims = {
    'https://hasura.io/jwt/claims': {
      'x-hasura-user-id': '$userId',
      'x-hasura-allowed-roles': '$roles',
      'x-hasura-default-role': '$firstRole',
    },
  };

  it('5: verifies by the JWKS, is for the service, lives at most 60 s, and opens nothing here', async () => {
    await withHouse({ identity: 'jwt', claims }, async (house) => {
      const { accessToken, id, sessionId } = await newPerson(house);
      await postGraphQL(house, query, {}, accessToken);
      const { headers } = asked();
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      expect(Object.keys(headers).filter((name) => name.startsWith('x-auth'))).toEqual([]);
      const keys = createRemoteJWKSet(new URL(`${house.url}/.well-known/jwks.json`));
      const options = { issuer: 'http://gatehouse.test', audience: shop.url, typ: 'it+jwt', algorithms: ['ES256'] };
      const { payload, protectedHeader } = await jwtVerify(token, keys, options);
      expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
      expect(payload).toMatchObject({
        sub: id,
        sid: sessionId,
        amr: ['pwd'],
        roles: [],
        'https://hasura.io/jwt/claims': { 'x-hasura-user-id': id, 'x-hasura-allowed-roles': [], 'x-hasura-default-role': '' },
      });
      expect(Object.keys(payload).sort()).toEqual([
        'amr',
        'aud',
        'auth_time',
        'exp',
        'https://hasura.io/jwt/claims',
        'iat',
        'iss',
        'jti',
        'roles',
        'sid',
        'sub',
      ]);
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60);
      const refused = await postGraphQL(house, '{ profile { id } }', {}, token);
      expect(refused.body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
      expect((await fetch(`${house.url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
      expect((await postGraphQL(house, '{ orders { id } }', {}, token)).status).toBe(401);
      const { id: clientId, secret } = await house.app.services.clients.create('introspector');
      const introspection = await fetch(`${house.url}/v1/introspect`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token }),
      });
      expect(await introspection.json()).toEqual({ active: false });
    });
  });

  it('is kept for half its life, and made anew as soon as it would say something else', async () => {
    await withHouse({ identity: 'jwt' }, async (house) => {
      const { accessToken, id } = await newPerson(house);
      const next = async () => {
        await postGraphQL(house, query, {}, accessToken);
        return asked().headers.authorization;
      };
      const first = await next();
      expect(await next()).toBe(first);
      await house.app.services.database.client.user.update({ where: { id }, data: { roles: 'ADMIN' } });
      const second = await next();
      expect(second).not.toBe(first);
      house.clock.advance(31);
      expect(await next()).not.toBe(second);
    });
  });
});

describe('what comes back', () => {
  it('is the type, and the headers of a list: never a cookie that nobody has named', async () => {
    const say: Shop['answer'] = (_request, response) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': '__Host-gatehouse_refresh=x',
          'x-shop': '1',
          'cache-control': 'public',
          'server-timing': 'db;dur=1',
          'access-control-allow-origin': '*',
        })
        .end('{"data":{}}');
    const post = (house: House) =>
      fetch(`${house.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
    await withHouse({}, async (house) => {
      shop.answer = say;
      const { headers } = await post(house);
      expect([headers.get('set-cookie'), headers.get('x-shop'), headers.get('access-control-allow-origin')]).toEqual([null, null, null]);
      expect([headers.get('cache-control'), headers.get('server-timing')]).toEqual(['no-store', 'db;dur=1']);
    });
    await withHouse({ answerHeaders: ['x-shop', 'set-cookie'] }, async (house) => {
      shop.answer = say;
      const { headers } = await post(house);
      expect([headers.get('set-cookie'), headers.get('x-shop')]).toEqual(['__Host-gatehouse_refresh=x', '1']);
    });
  });
});

it('what the service was told is the same for as long as every header and claim is', async () => {
  const upstream = { identity: 'jwt', headers: {}, claims: {} } as unknown as ServedPath['upstream'];
  const { keyFor } = createIdentity({ upstream, secrets: {} } as ServedPath, async () => '', { now: () => 0 });
  const user = { id: 'u', username: 'n', email: 'e', roles: 'A', emailVerifiedAt: null };
  const row = { id: 's', methods: 'pwd', authenticatedAt: new Date(0) };
  const keyOf = (changed: { user?: object; row?: object; permissions?: string[] } = {}): Promise<string> => {
    const { permissions = [], ...rest } = changed;
    const session = { user: { ...user, ...rest.user }, row: { ...row, ...rest.row }, permissions: async () => ({ list: permissions }) };
    return keyFor(session as unknown as AuthenticatedSession, 'Bearer x');
  };
  const keys = await Promise.all([
    keyOf(),
    keyOf({ user: { roles: 'A B' } }),
    keyOf({ user: { email: 'other' } }),
    keyOf({ user: { emailVerifiedAt: new Date() } }),
    keyOf({ user: { locale: 'de' } }),
    keyOf({ row: { methods: 'pwd otp' } }),
    keyOf({ row: { authenticatedAt: new Date(5_000) } }),
    keyOf({ permissions: ['orders:read'] }),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(await keyOf()).toBe(keys[0]);
});
