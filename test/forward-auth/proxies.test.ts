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
import { exchange, send, type WireRequest } from '../support/wire';

const policy = {
  endpoints: {
    '/graphql': { fields: { 'Query.products': 'public', 'Query.orders': 'authenticated' }, trustedDocuments: 'manifest.json' },
  },
};
const body = '{"query":"{ products { name } }"}';

const identity = ['X-Auth-User-Id', 'X-Auth-Username', 'X-Auth-Email', 'X-Auth-Roles', 'X-Auth-Permissions', 'X-Auth-Session-Id'];
/** Whatever may stand in a header's name beside letters, digits and the hyphen (RFC 9110 §5.6.2). */
const otherCharacters = [..."_.!#$%&'*+^`|~"];

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

    const wire = (request: WireRequest) => send(proxy, request);
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

    it('lets no other spelling of an identity pass, as services read names that take them for variables', async () => {
      const person = await newPerson(house);
      const spellings = identity.flatMap((name) => [
        name.toUpperCase(),
        ...otherCharacters.flatMap((other) => [
          name.replaceAll('-', other),
          name.replace(/-(?!.*-)/, other),
          name.replace('Auth-', `Auth${other}`),
          name.replace('X-', `x${other}`),
        ]),
      ]);
      for (const names of [...Array(8).keys()].map((part) => spellings.filter((_name, at) => at % 8 === part))) {
        const claims = names.map((name) => [name, 'root'] as const);
        const answer = await wire({ path: '/orders', headers: [['Authorization', `Bearer ${person.accessToken}`], ...claims] });
        expect(answer.status).toBe(200);
        const read = Object.entries(behind.seen.at(-1)?.headers ?? {}).map(([name, value]) => [name.replaceAll(/[^a-z0-9]/g, '-'), value]);
        const roles =
          program === nginx
            ? []
            : [
                ['x-auth-roles', ''],
                ['x-auth-permissions', ''],
              ];
        expect(read.filter(([name]) => String(name).startsWith('x-auth-')).sort()).toEqual(
          [
            ['x-auth-user-id', person.id],
            ['x-auth-username', person.username],
            ['x-auth-email', person.email],
            ['x-auth-session-id', person.sessionId],
            ...roles,
          ].sort(),
        );
      }
    });

    it('hands the identity on, whatever the client says of the connection', async () => {
      const person = await newPerson(house);
      const named = [identity.join(', '), `close, ${identity[0]}`, `Upgrade, ${identity.join(',')}`];
      for (const connection of named) {
        const headers = [
          ['Connection', connection],
          ['Upgrade', 'h2c'],
          ['Authorization', `Bearer ${person.accessToken}`],
        ] as const;
        expect((await wire({ path: '/orders', headers })).status).toBe(200);
        const seen = behind.seen.at(-1)?.headers;
        expect(seen).toMatchObject({
          'x-auth-user-id': person.id,
          'x-auth-username': person.username,
          'x-auth-session-id': person.sessionId,
        });
        expect(seen).not.toHaveProperty('upgrade');
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
      const paths = [
        ...['/admin', '/admin/', '/admin/users', '/ADMIN', '/Admin/', '/admin;x=1', '/admin/;x', '/admin.json', '/admin?x', '/admin%2fx'],
        ...['/%61dmin', '//admin', '/./admin', '/x/../admin', '/x/..;/admin', '/;x/admin', '/x%2fadmin', '/x%5cadmin', '/x%2f..%2fadmin'],
      ];
      const headers = [['Authorization', authorization]] as const;
      const before = behind.seen.length;
      for (const path of paths) expect([path, (await wire({ path, headers })).status]).toEqual([path, 403]);
      expect(behind.seen).toHaveLength(before);
      await house.app.services.users.setRoles(person.id, ['ADMIN']);
      for (const path of ['/admin/', '/admin', '/ADMIN']) expect([path, (await wire({ path, headers })).status]).toEqual([path, 200]);
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
        expect(await status('/graphql?documentId=mine', claims)).toBe(401);
        expect(await status('/graphql?documentId=mine', { 'x-forwarded-uri': '/graphql?documentId=open' })).toBe(401);
        expect(behind.seen).toHaveLength(before);
      });

      it('decides by operation about every path that a service may take for the one of GraphQL, and passes no body', async () => {
        const person = await newPerson(house);
        const headers = [
          ['Authorization', `Bearer ${person.accessToken}`],
          ['Content-Type', 'application/json'],
        ] as const;
        const orders = '{"query":"mutation { refund }"}';
        const before = behind.seen.length;
        for (const path of [
          '/graphql/',
          '/GraphQL',
          '/graphql;x',
          '//graphql',
          '/x/../graphql',
          '/%67raphql',
          '/x/..;/graphql',
          '/graphql.json',
        ])
          for (const method of ['POST', 'GET'])
            expect([path, method, (await wire({ method, path, headers, body: orders })).status]).toEqual([
              path,
              method,
              expect.any(Number),
            ]);
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'])
          expect([method, (await wire({ method, path: '/graphql?documentId=open', headers, body: orders })).status]).toEqual([method, 400]);
        const chunked = [...headers, ['Transfer-Encoding', 'chunked']] as const;
        const bytes = `${Buffer.byteLength(orders).toString(16)}\r\n${orders}\r\n0\r\n\r\n`;
        const head = `GET /graphql?documentId=open HTTP/1.1\r\nHost: ${new URL(proxy.url).host}\r\n${chunked.map((pair) => `${pair.join(': ')}\r\n`).join('')}Connection: close\r\n\r\n`;
        expect((await exchange(proxy, head + bytes)).status).toBe(400);
        expect(behind.seen).toHaveLength(before);
        expect((await wire({ path: '/graphql?documentId=open', headers })).status).toBe(200);
      });
    }
  });
