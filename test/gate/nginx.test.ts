import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { freePort } from '../support/postgresql';

/** Debian has nginx where a user who is not root does not look. */
function findNginx(): string | null {
  for (const program of ['nginx', '/usr/sbin/nginx'])
    try {
      execFileSync(program, ['-v'], { stdio: 'ignore' });
      return program;
    } catch {
      // the next place
    }
  return null;
}

const nginx = findNginx();
const where = nginx === null ? 'behind nginx (skipped: no nginx here; Debian: apt-get install nginx-light)' : 'behind nginx';

(nginx === null ? describe.skip : describe)(`examples/nginx, ${where}`, () => {
  let house: House;
  let service: Server;
  let proxy: ChildProcess;
  let folder: string;
  let url: string;
  const seen: IncomingHttpHeaders[] = [];

  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in' });
    service = createServer((request, response) => {
      seen.push(request.headers);
      response.end('from the service');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => service.once('listening', resolve));
    const port = await freePort();
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'));
    const example = readFileSync('examples/nginx/gatehouse.conf', 'utf8')
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
      .replaceAll('127.0.0.1:4000', `127.0.0.1:${house.app.port}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${(service.address() as AddressInfo).port}`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user} daemon off; pid ${join(folder, 'pid')}; error_log stderr; events {} http { access_log off; ${paths}\n${example} }`,
    );
    proxy = spawn(nginx ?? '', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    url = `http://127.0.0.1:${port}`;
    await untilAnswered(url);
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => proxy.once('exit', resolve));
    proxy.kill('SIGQUIT');
    await ended;
    await new Promise((resolve) => service.close(resolve));
    await house.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(url + path, { method, headers, redirect: 'manual', ...(method === 'POST' && { body: '{"any":"body"}' }) });

  it('lets a caller through with his identity, in place of the one that he claims', async () => {
    const person = await newPerson(house, { username: 'Zoë-nginx' });
    const claims = { 'x-auth-user-id': 'somebody', 'x-auth-roles': 'ADMIN', 'x-auth-email': 'root@example.com' };
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask('/orders?page=2', { ...claims, authorization: `Bearer ${person.accessToken}` }, method);
      expect([answer.status, await answer.text()]).toEqual([200, 'from the service']);
      expect(seen.at(-1)).toMatchObject({
        'x-auth-user-id': person.id,
        'x-auth-username': 'Zo%C3%AB-nginx',
        'x-auth-session-id': person.sessionId,
      });
      expect(seen.at(-1)?.['x-auth-roles'] ?? '').toBe('');
    }
  });

  it('stops everybody else before the service, whatever identity they claim', async () => {
    const before = seen.length;
    const answer = await ask('/orders', { 'x-auth-user-id': 'somebody' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const person = await newPerson(house);
    await rest.send(house, 'logout', {}, person.accessToken);
    const ended = await ask('/orders', { authorization: `Bearer ${person.accessToken}` });
    expect([ended.status, ended.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(seen).toHaveLength(before);
  });

  it('asks for a role where the configuration does, and not where a client says so', async () => {
    const person = await newPerson(house);
    const authorization = `Bearer ${person.accessToken}`;
    expect((await ask('/admin/?role=', { authorization })).status).toBe(403);
    await house.app.services.users.setRoles(person.id, ['ADMIN']);
    expect((await ask('/admin/', { authorization })).status).toBe(200);
    expect(seen.at(-1)).toMatchObject({ 'x-auth-roles': 'ADMIN' });
  });

  it('leads a browser to the sign-in page and back', async () => {
    const answer = await ask('/orders?page=2', { accept: 'text/html' });
    const back = encodeURIComponent(`${url}/orders?page=2`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://app.example.com/sign-in?return_to=${back}`]);
  });
});

async function untilAnswered(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('nginx did not start');
}
