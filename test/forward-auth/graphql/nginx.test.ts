import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { newPerson, type Person } from '../../support/doors';
import { type House, openHouse } from '../../support/house';
import {
  describeBehind,
  nginx,
  openNginx,
  openServiceBehind,
  type ProxyProgram,
  type RunningProxy,
  type ServiceBehind,
} from '../../support/proxies';
import { writePolicy } from '../../support/upstream';

const njs = '/usr/lib/nginx/modules/ngx_http_js_module.so';
const nginxWithNjs: ProxyProgram = {
  name: 'nginx with njs',
  path: existsSync(njs) ? nginx.path : null,
  debian: 'nginx-light libnginx-mod-http-js',
};

const policy = {
  endpoints: { '/graphql': { fields: { 'Query.products': 'public', 'Query.orders': 'authenticated', 'Mutation.refund': ['ADMIN'] } } },
};

describeBehind(nginxWithNjs, 'examples/nginx/graphql.conf', () => {
  let house: House;
  let behind: ServiceBehind;
  let proxy: RunningProxy;
  let kate: Person;
  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_UPSTREAM_POLICY: writePolicy(policy), AUTH_ORIGINAL_BODY: 'on' });
    kate = await newPerson(house);
    behind = await openServiceBehind();
    const example = readFileSync('examples/nginx/graphql.conf', 'utf8')
      .replaceAll('127.0.0.1:4000', `127.0.0.1:${house.app.port}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.port}`);
    const site = (folder: string, port: number) => {
      copyFileSync('examples/nginx/graphql.js', `${folder}/graphql.js`);
      return example.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`).replace('/etc/nginx/njs', folder);
    };
    proxy = await openNginx(site, `load_module ${njs};`);
  });
  afterAll(async () => {
    await proxy.close();
    await behind.close();
    await house.close();
  });

  const ask = async (init: RequestInit & { headers?: Record<string, string> }, path = '/graphql') => {
    const before = behind.seen.length;
    const answer = await fetch(proxy.url + path, { ...init, redirect: 'manual' });
    const text = await answer.text();
    const code = answer.status === 200 ? null : (/"code":"(\w+)"/.exec(text)?.[1] ?? null);
    return { answer, outcome: [answer.status, code, behind.seen.length - before] as const };
  };
  const post = (body: string, headers: Record<string, string> = {}) =>
    ask({ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const bearer = () => ({ authorization: `Bearer ${kate.accessToken}` });

  it('lets pass what the policy grants, with the body as it was and the identity of the caller', async () => {
    const open = '{\n "query": "{ products(name: \\"Zoë 💚\\") { id } }"\r\n}';
    const claims = { 'x-auth-user-id': 'somebody', 'x-auth-roles': 'ADMIN' };
    expect((await post(open, claims)).outcome).toEqual([200, null, 1]);
    expect(behind.seen.at(-1)?.body).toBe(open);
    expect(Object.keys(behind.seen.at(-1)?.headers ?? {}).filter((name) => name.startsWith('x-auth-'))).toEqual([]);
    expect((await post('{"query":"{ orders }"}', { ...claims, ...bearer() })).outcome).toEqual([200, null, 1]);
    expect(behind.seen.at(-1)?.headers).toMatchObject({ 'x-auth-user-id': kate.id, 'x-auth-session-id': kate.sessionId });
    expect(behind.seen.at(-1)?.headers['x-auth-roles']).toBeUndefined();
  });

  it('stops everything else before the service, with a GraphQL error', async () => {
    const { answer, outcome } = await post('{"query":"{ orders }"}', { accept: 'application/graphql-response+json' });
    expect(outcome).toEqual([401, 'UNAUTHENTICATED', 0]);
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect((await post('{"query":"mutation { refund }"}', bearer())).outcome).toEqual([403, 'FORBIDDEN', 0]);
    expect((await post('{"query":"{ secrets }"}', bearer())).outcome).toEqual([403, 'FORBIDDEN', 0]);
    expect((await post('{"query":"{ products }","query":"{ orders }"}')).outcome).toEqual([400, 'BAD_REQUEST', 0]);
    expect((await post('', bearer())).outcome).toEqual([400, 'BAD_REQUEST', 0]);
    expect((await post(JSON.stringify({ query: '{ products }', variables: { x: 'x'.repeat(20_000) } }))).outcome).toEqual([413, null, 0]);
    expect((await ask({ method: 'POST', body: new URLSearchParams({ query: '{ products }' }) })).outcome).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      0,
    ]);
  });

  it('believes nothing that the client says of the request', async () => {
    const open = Buffer.from('{"query":"{ products }"}').toString('base64');
    const claims = {
      'x-original-body': open,
      'x-forwarded-method': 'GET',
      'x-forwarded-uri': '/graphql?query=%7Bproducts%7D',
      'x-original-method': 'GET',
    };
    expect((await post('{"query":"{ orders }"}', claims)).outcome).toEqual([401, 'UNAUTHENTICATED', 0]);
    expect((await ask({ headers: { 'x-original-body': open } })).outcome).toEqual([400, 'BAD_REQUEST', 0]);
    expect((await ask({}, '/graphql?query=%7Bproducts%7D')).outcome).toEqual([200, null, 1]);
    expect((await ask({}, '/graphql?query=%7Borders%7D')).outcome).toEqual([401, 'UNAUTHENTICATED', 0]);
    expect((await ask({ headers: { 'sec-websocket-key': 'x' } }, '/graphql?query=%7Bproducts%7D')).outcome).toEqual([
      400,
      'BAD_REQUEST',
      0,
    ]);
  });
});
