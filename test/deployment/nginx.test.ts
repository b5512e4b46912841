import { readFileSync } from 'node:fs';
import { type House, openHouse } from '../support/house';
import { describeBehind, nginx, openNginx, type RunningProxy } from '../support/proxies';

describeBehind(nginx, 'examples/nginx/two-nodes.conf', () => {
  let nodes: House[];
  let proxy: RunningProxy;
  beforeAll(async () => {
    const first = await openHouse('postgresql', { AUTH_TRUST_PROXY: '1' });
    nodes = [first, await openHouse('postgresql', { AUTH_TRUST_PROXY: '1' }, first)];
    const example = readFileSync('examples/nginx/two-nodes.conf', 'utf8')
      .replace('gatehouse1:4000', `127.0.0.1:${nodes[0]?.app.port}`)
      .replace('gatehouse2:4000', `127.0.0.1:${nodes[1]?.app.port}`);
    proxy = await openNginx((_folder, port) => example.replace('listen 8080', `listen 127.0.0.1:${port}`));
  });
  afterAll(async () => {
    await proxy.close();
    await nodes[0]?.close();
  });

  const send = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(proxy.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

  it('spreads requests over the nodes, tells them the real address, and outlives one of them', async () => {
    const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
    const { access_token: token, session } = (await (await send('/v1/register', person, { 'x-forwarded-for': '203.0.113.9' })).json()) as {
      access_token: string;
      session: { ip_address: string };
    };
    expect(session.ip_address).toBe('127.0.0.1'); // nginx's own word, not the client's claim
    const profile = () => fetch(`${proxy.url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
    for (let times = 0; times < 4; times += 1) expect((await profile()).status).toBe(200);
    for (const { log } of nodes) expect(log.some(({ route }) => route === '/v1/profile')).toBe(true);

    await nodes[1]?.close();
    for (let times = 0; times < 6; times += 1) expect((await profile()).status).toBe(200);
  });
});
