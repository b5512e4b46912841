import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type House, openHouse } from '../support/house';
import { freePort } from '../support/postgresql';

const nginx = [process.env.TEST_NGINX ?? '', '/usr/sbin/nginx'].find((path) => path !== '' && existsSync(path));
const describeWithNginx = nginx ? describe : describe.skip;
const title = `examples/nginx/two-nodes.conf${nginx ? '' : ' (skipped: no nginx; "apt-get install nginx-light", or set TEST_NGINX to one)'}`;

describeWithNginx(title, () => {
  let nodes: House[];
  let folder: string;
  let proxy: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const first = await openHouse('postgresql', { AUTH_TRUST_PROXY: '1' });
    nodes = [first, await openHouse('postgresql', { AUTH_TRUST_PROXY: '1' }, first)];
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const site = readFileSync('examples/nginx/two-nodes.conf', 'utf8')
      .replace('gatehouse1:4000', `127.0.0.1:${nodes[0]?.app.port}`)
      .replace('gatehouse2:4000', `127.0.0.1:${nodes[1]?.app.port}`)
      .replace('listen 8080', `listen 127.0.0.1:${port}`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${site}\n}\n`,
    );
    execFileSync(nginx ?? '', ['-t', '-q', '-c', file]);
    proxy = spawn(nginx ?? '', ['-c', file], { stdio: 'ignore' });
    for (
      let tries = 0;
      tries < 100 &&
      !(await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ));
      tries += 1
    )
      await sleep(20);
  });
  afterAll(async () => {
    const ended = new Promise((done) => proxy.once('exit', done));
    proxy.kill('SIGQUIT');
    await ended;
    await nodes[0]?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

  it('spreads requests over the nodes, tells them the real address, and outlives one of them', async () => {
    const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
    const { access_token: token, session } = (await (await send('/v1/register', person, { 'x-forwarded-for': '203.0.113.9' })).json()) as {
      access_token: string;
      session: { ip_address: string };
    };
    expect(session.ip_address).toBe('127.0.0.1'); // nginx's own word, not the client's claim
    const profile = () => fetch(`${url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
    for (let times = 0; times < 4; times += 1) expect((await profile()).status).toBe(200);
    for (const { log } of nodes) expect(log.some(({ route }) => route === '/v1/profile')).toBe(true);

    await nodes[1]?.close();
    for (let times = 0; times < 6; times += 1) expect((await profile()).status).toBe(200);
  });
});
