import { readFileSync } from 'node:fs';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { findProgram, openNginx, openServiceBehind, type RunningProxy, type ServiceBehind } from '../support/proxies';

const nginx = findProgram('nginx', '-v');
const where = nginx === null ? 'behind nginx (skipped: no nginx here; Debian: apt-get install nginx-light)' : 'behind nginx';

(nginx === null ? describe.skip : describe)(`examples/nginx, ${where}`, () => {
  let house: House;
  let behind: ServiceBehind;
  let proxy: RunningProxy;
  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in' });
    behind = await openServiceBehind();
    const example = readFileSync('examples/nginx/gatehouse.conf', 'utf8')
      .replaceAll('127.0.0.1:4000', `127.0.0.1:${house.app.port}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.port}`);
    proxy = await openNginx(nginx ?? '', (_folder, port) => example.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`));
  });
  afterAll(async () => {
    await proxy.close();
    await behind.close();
    await house.close();
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(proxy.url + path, { method, headers, redirect: 'manual', ...(method === 'POST' && { body: '{"any":"body"}' }) });

  it('lets a caller through with his identity, in place of the one that he claims', async () => {
    const person = await newPerson(house, { username: 'Zoë-nginx' });
    const claims = {
      'x-auth-user-id': 'somebody',
      'x-auth-roles': 'ADMIN',
      'x-auth-email': 'root@example.com',
      X_Auth_User_Id: 'somebody',
    };
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask('/orders?page=2', { ...claims, authorization: `Bearer ${person.accessToken}` }, method);
      expect([answer.status, await answer.text()]).toEqual([200, 'from the service']);
      expect(behind.seen.at(-1)?.headers).toMatchObject({
        'x-auth-user-id': person.id,
        'x-auth-username': 'Zo%C3%AB-nginx',
        'x-auth-session-id': person.sessionId,
      });
      expect(['x-auth-roles', 'x_auth_user_id'].map((name) => behind.seen.at(-1)?.headers[name] ?? '')).toEqual(['', '']);
    }
  });

  it('stops everybody else before the service, whatever identity they claim', async () => {
    const before = behind.seen.length;
    const answer = await ask('/orders', { 'x-auth-user-id': 'somebody' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const person = await newPerson(house);
    await rest.send(house, 'logout', {}, person.accessToken);
    const ended = await ask('/orders', { authorization: `Bearer ${person.accessToken}` });
    expect([ended.status, ended.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
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

  it('leads a browser to the sign-in page and back', async () => {
    const answer = await ask('/orders?page=2', { accept: 'text/html' });
    const back = encodeURIComponent(`${proxy.url}/orders?page=2`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://app.example.com/sign-in?return_to=${back}`]);
  });
});
