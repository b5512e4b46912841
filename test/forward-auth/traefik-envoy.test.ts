import { readFileSync } from 'node:fs';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { json, writePolicy } from '../support/upstream';
import { send, type WireAnswer, type WireRequest } from '../support/wire';

/**
 * Traefik and Envoy are not to be had here, so the gateway is asked as they ask: written after Traefik's
 * pkg/middlewares/auth/forward.go, and Envoy's ext_authz filter reference (method, path, Host and Content-Length of the request are always sent).
 */
const identity = ['X-Auth-User-Id', 'X-Auth-Username', 'X-Auth-Email', 'X-Auth-Roles', 'X-Auth-Permissions', 'X-Auth-Session-Id'];

interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** GET, with every header of the client but the hop-by-hop ones, and Traefik's own X-Forwarded-* in place of the client's. */
const traefik = (path: string, { method, uri, headers = [], body }: Asked): WireRequest => ({
  path,
  headers: [
    ...headers.filter(([name]) => !/^(x-forwarded-|connection$|upgrade$)/i.test(name)),
    ['Accept-Encoding', 'gzip'],
    ['X-Forwarded-For', '192.0.2.7'],
    ['X-Forwarded-Host', 'shop.example.com'],
    ['X-Forwarded-Method', method],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Server', 'edge-1'],
    ['X-Forwarded-Uri', uri],
  ],
  ...(body !== undefined && { body }),
});

/** The request's own method and path behind the prefix, and of the headers those that the configuration allows. */
const envoy = (prefix: string, allowed: readonly string[], { method, uri, headers = [], body = '' }: Asked): WireRequest => ({
  method,
  path: `${prefix}${uri}`,
  headers: [
    ...headers.filter(([name]) => allowed.some((each) => name.toLowerCase().startsWith(each))),
    ['X-Envoy-Internal', 'true'],
    ['X-Envoy-Expected-Rq-Timeout-Ms', '3000'],
    ['X-Forwarded-For', '192.0.2.7'],
  ],
  body,
});

const example = (name: string): string => readFileSync(`examples/${name}`, 'utf8');
const prefixOf = (name: string): string => /path_prefix: (\S+)/.exec(example(name))?.[1] ?? '';
const allowedBy = (name: string): string[] => {
  const [, block = ''] = /allowed_headers:\n([\s\S]*?)authorization_response:/.exec(example(name)) ?? [];
  return [...block.matchAll(/(?:exact|prefix): ([\w-]+)/g)].map(([, header = '']) => header);
};

/** Every way to write a name with at least one underscore for a hyphen. */
const spellingsOf = (header: string): string[] => {
  const [first = '', ...parts] = header.split('-');
  const all = parts.reduce((names, part) => names.flatMap((name) => [`${name}-${part}`, `${name}_${part}`]), [first]);
  return all.filter((name) => name.includes('_'));
};

const proxies = {
  Traefik: (asked: Asked) => traefik('/v1/verify', asked),
  Envoy: (asked: Asked) => envoy(prefixOf('envoy/envoy.yaml'), allowedBy('envoy/envoy.yaml'), asked),
};
const forGraphQL = {
  Traefik: (asked: Asked) => traefik('/v1/verify/graphql', asked),
  Envoy: (asked: Asked) => envoy(prefixOf('envoy/graphql.yaml'), allowedBy('envoy/graphql.yaml'), asked),
};

let house: House;
let kate: Person;
beforeAll(async () => {
  const fields = { 'Query.products': 'public', 'Query.orders': 'authenticated' };
  house = await openHouse('sqlite', {
    AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in',
    AUTH_UPSTREAM_POLICY: writePolicy({ endpoints: { '/graphql': { fields } } }),
  });
  kate = await newPerson(house);
});
afterAll(() => house.close());

const claims = identity.map((name) => [name, 'root'] as const);
const bearer = () => ['Authorization', `Bearer ${kate.accessToken}`] as const;
const identityOf = ({ headers }: WireAnswer) => identity.map((name) => headers.get(name.toLowerCase()));

describe.each(['Traefik', 'Envoy'] as const)('asked as %s asks', (name) => {
  const ask = (asked: Asked) => send(house, proxies[name](asked));

  it('names the caller in all six headers, whatever he claims', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await ask({ method, uri: '/orders?page=2', headers: [...claims, bearer()] });
      expect([method, answer.status, identityOf(answer)]).toEqual([
        method,
        200,
        [kate.id, kate.username, kate.email, '', '', kate.sessionId],
      ]);
    }
  });

  it('refuses a program with its challenge, and leads a browser to the sign-in page and back', async () => {
    const program = await ask({ method: 'GET', uri: '/orders', headers: [...claims, ['Accept', 'application/json']] });
    expect([program.status, program.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const page = await ask({ method: 'GET', uri: '/orders?page=2', headers: [['Accept', 'text/html']] });
    expect(page.status).toBe(302);
    const back = new URL(page.headers.get('location') ?? '').searchParams.get('return_to');
    expect(back).toBe(name === 'Traefik' ? 'https://shop.example.com/orders?page=2' : `https://${new URL(house.url).host}/orders?page=2`);
    expect((await ask({ method: 'POST', uri: '/orders', headers: [['Accept', 'text/html']] })).status).toBe(401);
  });

  it('decides about a GraphQL operation by the body that comes along', async () => {
    const operation = async (query: string, headers: Asked['headers'] = []) =>
      send(house, forGraphQL[name]({ method: 'POST', uri: '/graphql', headers: [json, ...headers], body: JSON.stringify({ query }) }));
    const open = await operation('{ products }', claims);
    expect([open.status, identityOf(open)]).toEqual([200, ['', '', '', '', '', '']]);
    expect((await operation('{ orders }', claims)).status).toBe(401);
    expect(identityOf(await operation('{ orders }', [...claims, bearer()]))).toEqual([
      kate.id,
      kate.username,
      kate.email,
      '',
      '',
      kate.sessionId,
    ]);
    const got = (headers: Asked['headers'] = []) =>
      send(house, forGraphQL[name]({ method: 'GET', uri: '/graphql?query=%7Bproducts%7D', headers }));
    expect((await got()).status).toBe(200);
    expect((await got([['Sec-WebSocket-Key', 'x']])).status).toBe(400);
    expect((await got([['X-HTTP-Method-Override', 'POST']])).status).toBe(400);
  });
});

it('every example hands on all six headers and nothing of the client under their names', () => {
  for (const name of ['nginx/gatehouse.conf', 'nginx/graphql.conf', 'caddy/Caddyfile', 'traefik/gatehouse.yml', 'traefik/graphql.yml'])
    for (const header of identity) expect([name, header, example(name).includes(header)]).toEqual([name, header, true]);
  for (const name of ['envoy/envoy.yaml', 'envoy/graphql.yaml'])
    for (const header of identity) expect([name, example(name).includes(`- remove: ${header.toLowerCase()}\n`)]).toEqual([name, true]);
  for (const name of ['traefik/gatehouse.yml', 'traefik/graphql.yml'])
    for (const header of identity.flatMap(spellingsOf))
      expect([name, header, example(name).includes(` ${header}: ""\n`)]).toEqual([name, header, true]);
  for (const name of ['traefik/gatehouse.yml', 'traefik/graphql.yml'])
    expect([name, example(name)]).toEqual([name, expect.stringContaining(' Connection: ""\n')]);
  for (const name of ['envoy/envoy.yaml', 'envoy/graphql.yaml'])
    expect([name, example(name)]).toEqual([name, expect.stringContaining('headers_with_underscores_action: DROP_HEADER')]);
});
