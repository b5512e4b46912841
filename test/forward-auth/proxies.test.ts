import { readFileSync } from 'node:fs';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import {
  caddy,
  describeBehind,
  nginx,
  openCaddy,
  openNginx,
  openServiceBehind,
  type RunningProxy,
  type ServiceBehind,
} from '../support/proxies';
import { manifestOf, writePolicy } from '../support/upstream';

const policy = {
  endpoints: {
    '/graphql': { fields: { 'Query.products': 'public', 'Query.orders': 'authenticated' }, trustedDocuments: 'manifest.json' },
  },
};
const body = '{"query":"{ products { name } }"}';

/** A proxy that asks about every request, as an example has it. */
const proxies = [
  {
    program: nginx,
    file: 'examples/nginx/gatehouse.conf',
    open: (example: string) => openNginx((_folder, port) => example.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)),
  },
  {
    program: caddy,
    file: 'examples/caddy/Caddyfile',
    open: (example: string) => openCaddy((port) => example.replace(':8080 {', `http://127.0.0.1:${port} {\n\tbind 127.0.0.1`)),
  },
];

for (const { program, file, open } of proxies)
  describeBehind(program, file, () => {
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
      const example = readFileSync(file, 'utf8')
        .replaceAll('127.0.0.1:4000', `127.0.0.1:${house.app.port}`)
        .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.port}`);
      proxy = await open(example);
    });
    afterAll(async () => {
      await proxy.close();
      await behind.close();
      await house.close();
    });

    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(proxy.url + path, { method, headers, redirect: 'manual', ...(method === 'POST' && { body }) });

    it('lets a caller through with his identity, in place of the one that he claims', async () => {
      const person = await newPerson(house, { username: `Zoë-${program.name}` });
      const claims = {
        'x-auth-user-id': 'somebody',
        'x-auth-roles': 'ADMIN',
        'x-auth-email': 'root@example.com',
        X_Auth_User_Id: 'somebody',
      };
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await ask('/orders?page=2', { ...claims, authorization: `Bearer ${person.accessToken}` }, method);
        expect([answer.status, await answer.text()]).toEqual([200, 'from the service']);
        const seen = behind.seen.at(-1);
        expect(seen?.headers).toMatchObject({
          'x-auth-user-id': person.id,
          'x-auth-username': `Zo%C3%AB-${program.name}`,
          'x-auth-email': person.email.replace('ë', '%C3%AB'),
          'x-auth-session-id': person.sessionId,
        });
        expect(['x-auth-roles', 'x_auth_user_id'].map((name) => seen?.headers[name] ?? '')).toEqual(['', '']);
        expect(seen?.body).toBe(method === 'POST' ? body : '');
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

    it('leads a browser to the sign-in page and back, and gives a program its 401', async () => {
      const answer = await ask('/orders?page=2', { accept: 'text/html', 'x-forwarded-host': 'evil.example.com' });
      const back = encodeURIComponent(`${proxy.url}/orders?page=2`);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://app.example.com/sign-in?return_to=${back}`]);
      expect((await ask('/orders', { accept: 'text/html' }, 'POST')).status).toBe(401);
      expect((await ask('/orders', { accept: 'application/json' })).status).toBe(401);
    });

    if (program === caddy) {
      it('keeps every header of ours from a client, and gives a program the problem document', async () => {
        const { accessToken } = await newPerson(house);
        await ask('/orders', { 'x-auth-more': 'x', authorization: `Bearer ${accessToken}` });
        expect(behind.seen.at(-1)?.headers).not.toHaveProperty('x-auth-more');
        expect(await (await ask('/orders')).json()).toMatchObject({ code: 'UNAUTHENTICATED' });
      });

      it('lets trusted documents pass by their id, and no operation that it does not show', async () => {
        const person = await newPerson(house);
        const authorization = `Bearer ${person.accessToken}`;
        const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
          (await ask(path, headers, method)).status;
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
    }
  });
