import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { findProgram, openProxy, openServiceBehind, type RunningProxy, type ServiceBehind } from '../support/proxies';
import { manifestOf, writePolicy } from '../support/upstream';

const caddy = findProgram('caddy', 'version');
const where = caddy === null ? 'behind Caddy (skipped: no Caddy here; Debian: apt-get install caddy)' : 'behind Caddy';

const policy = {
  endpoints: {
    '/graphql': { fields: { 'Query.products': 'public', 'Query.orders': 'authenticated' }, trustedDocuments: 'manifest.json' },
  },
};

(caddy === null ? describe.skip : describe)(`examples/caddy, ${where}`, () => {
  let house: House;
  let behind: ServiceBehind;
  let proxy: RunningProxy;
  beforeAll(async () => {
    const manifest = manifestOf({ open: '{ products { name } }', mine: '{ orders { id } }' });
    house = await openHouse('sqlite', {
      AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in',
      AUTH_UPSTREAM_POLICY: writePolicy(policy, { 'manifest.json': manifest }),
    });
    behind = await openServiceBehind();
    const example = readFileSync('examples/caddy/Caddyfile', 'utf8')
      .replaceAll('127.0.0.1:4000', `127.0.0.1:${house.app.port}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.port}`);
    proxy = await openProxy((folder, port) => {
      const file = join(folder, 'Caddyfile');
      writeFileSync(file, `{\n\tadmin off\n}\n${example.replace(':8080 {', `http://127.0.0.1:${port} {\n\tbind 127.0.0.1`)}`);
      return { program: caddy ?? '', args: ['run', '--config', file, '--adapter', 'caddyfile'], signal: 'SIGTERM' };
    });
  });
  afterAll(async () => {
    await proxy.close();
    await behind.close();
    await house.close();
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(proxy.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(method === 'POST' && { body: '{"query":"{ products { name } }"}' }),
    });

  it('lets a caller through with his identity, in place of the one that he claims', async () => {
    const person = await newPerson(house, { username: 'Zoë-caddy' });
    const claims = {
      'x-auth-user-id': 'somebody',
      'x-auth-roles': 'ADMIN',
      'x-auth-email': 'root@example.com',
      'x-auth-more': 'x',
      X_Auth_User_Id: 'somebody',
    };
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask('/orders?page=2', { ...claims, authorization: `Bearer ${person.accessToken}` }, method);
      expect([answer.status, await answer.text()]).toEqual([200, 'from the service']);
      const { headers, body } = behind.seen.at(-1) ?? { headers: {}, body: '' };
      expect(headers).toMatchObject({
        'x-auth-user-id': person.id,
        'x-auth-username': 'Zo%C3%AB-caddy',
        'x-auth-email': person.email.replace('ë', '%C3%AB'),
        'x-auth-session-id': person.sessionId,
      });
      expect(['x-auth-roles', 'x-auth-more', 'x_auth_user_id'].map((name) => headers[name] ?? '')).toEqual(['', '', '']);
      expect(body).toBe(method === 'POST' ? '{"query":"{ products { name } }"}' : '');
    }
  });

  it('stops everybody else before the service, whatever identity they claim', async () => {
    const before = behind.seen.length;
    const answer = await ask('/orders', { 'x-auth-user-id': 'somebody' });
    expect([answer.status, answer.headers.get('www-authenticate'), await answer.json()]).toEqual([
      401,
      'Bearer',
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    ]);
    const person = await newPerson(house);
    await rest.send(house, 'logout', {}, person.accessToken);
    expect((await ask('/orders', { authorization: `Bearer ${person.accessToken}` })).status).toBe(401);
    expect(behind.seen).toHaveLength(before);
  });

  it('asks for a role where the configuration does, and not where a client says so', async () => {
    const person = await newPerson(house);
    const authorization = `Bearer ${person.accessToken}`;
    expect((await ask('/admin/?role=', { authorization })).status).toBe(403);
    await house.app.services.users.setRoles(person.id, ['ADMIN']);
    expect((await ask('/admin/', { authorization })).status).toBe(200);
    expect(behind.seen.at(-1)?.headers).toMatchObject({ 'x-auth-roles': 'ADMIN' });
  });

  it('leads a browser to the sign-in page and back, and gives a program its 401', async () => {
    const answer = await ask('/orders?page=2', { accept: 'text/html', 'x-forwarded-host': 'evil.example.com' });
    const back = encodeURIComponent(`${proxy.url}/orders?page=2`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://app.example.com/sign-in?return_to=${back}`]);
    expect((await ask('/orders', { accept: 'text/html' }, 'POST')).status).toBe(401);
    expect((await ask('/orders', { accept: 'application/json' })).status).toBe(401);
  });

  it('lets trusted documents pass by their id, and no operation that it does not show', async () => {
    const person = await newPerson(house);
    const authorization = `Bearer ${person.accessToken}`;
    const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') => (await ask(path, headers, method)).status;
    expect(await status('/graphql?documentId=open')).toBe(200);
    expect(await status('/graphql?documentId=mine')).toBe(401);
    expect(await status('/graphql?documentId=mine', { authorization })).toBe(200);
    expect(behind.seen.at(-1)?.headers).toMatchObject({ 'x-auth-user-id': person.id });
    const before = behind.seen.length;
    expect(await status('/graphql?documentId=gone', { authorization })).toBe(400);
    expect(await status('/graphql', { authorization, 'content-type': 'application/json' }, 'POST')).toBe(400);
    const claims = { 'x-original-url': 'https://x.example.com/graphql?documentId=open', 'x-original-method': 'GET' };
    expect(await status('/graphql?documentId=mine', claims)).toBe(403);
    expect(await status('/graphql?documentId=mine', { 'x-forwarded-uri': '/graphql?documentId=open' })).toBe(401);
    expect(behind.seen).toHaveLength(before);
  });
});
