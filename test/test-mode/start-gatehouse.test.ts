// Section R of the design: R5, and what `gatehouse/testing` gives.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startGatehouse, type TestGateway } from '../../src/testing';
import { toSeconds } from '../../src/testing/duration';
import { until } from '../support/until';

const ask = async (gateway: TestGateway, path: string, body?: unknown, token?: string) => {
  const response = await fetch(`${gateway.url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  return { status: response.status, body: (await response.json()) as any };
};
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('gatehouse-testing-'));

describe('startGatehouse', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGatehouse({ environment: { AUTH_ACCESS_TOKEN_SECONDS: '900' } });
  });
  afterAll(() => gateway.close());

  it('gives somebody who is signed in, with the roles that are asked for', async () => {
    const editor = await gateway.user({ roles: ['EDITOR'] });
    expect((await ask(gateway, '/profile', undefined, editor.accessToken)).body).toMatchObject({ id: editor.id, roles: ['EDITOR'] });
    expect((await ask(gateway, '/login', { username: editor.username, password: editor.password })).status).toBe(200);
  });

  it('moves the clock', async () => {
    const kate = await gateway.user();
    const before = await gateway.now();
    await gateway.advance('16m');
    expect((await gateway.now()).getTime() - before.getTime()).toBeGreaterThanOrEqual(16 * 60_000);
    expect((await ask(gateway, '/profile', undefined, kate.accessToken)).body.reason).toBe('EXPIRED');
    expect((await ask(gateway, '/refresh', { refresh_token: kate.refreshToken })).status).toBe(200);
  });

  it('orders failures, and empties everything', async () => {
    const kate = await gateway.user();
    await gateway.fault({ operation: 'login', code: 'UNAVAILABLE', times: 1 });
    const login = () => ask(gateway, '/login', { username: kate.username, password: kate.password });
    expect([(await login()).status, (await login()).status]).toEqual([503, 200]);
    await gateway.reset();
    expect((await login()).status).toBe(401);
    expect(await gateway.mails()).toEqual([]);
  });

  it('has no limit that many mails to one address, or from this one, would reach', async () => {
    const kate = await gateway.user();
    const mails = 25;
    for (let asked = 0; asked < mails; asked += 1) {
      await gateway.advance('2m');
      expect((await ask(gateway, '/password-reset', { email: kate.email })).status).toBeLessThan(300);
    }
    await gateway.advance('1s'); // whatever is due is sent
    const all = await gateway.mails();
    expect(all.filter(({ to, kind }) => to === kate.email && kind === 'reset-code')).toHaveLength(mails);
  });

  it('says which mail has not come, and which setting is wrong', async () => {
    await expect(gateway.mailTo('nobody@example.com', { kind: 'reset-code', waitSeconds: 0 })).rejects.toThrow(
      'no mail reset-code to nobody@example.com in 0 s',
    );
    await expect(startGatehouse({ environment: { AUTH_BCRYPT_COST: '99' } })).rejects.toThrow('AUTH_BCRYPT_COST must be');
    await expect(gateway.advance('soon')).rejects.toThrow(TypeError);
  });

  it.each([
    ['16m', 960],
    ['31d', 31 * 86_400],
    ['1h30m', 5_400],
    ['0.5s', 0.5],
    [7, 7],
  ])('takes %s for %d seconds', (text, expected) => expect(toSeconds(text)).toBe(expected));

  it.each(['', 'm', '1w', '1 m', '-1m', 'm1', Number.NaN, -1])('takes %s for no duration', (text) =>
    expect(() => toSeconds(text)).toThrow(TypeError),
  );
});

it('R5 a hundred at once are apart from each other, and leave nothing behind', async () => {
  const before = folders();
  const gateways = await Promise.all(Array.from({ length: 100 }, () => startGatehouse()));
  expect(new Set(gateways.map(({ url }) => url)).size).toBe(100);
  const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
  // The same name, each time. A hundred gateways on one machine may answer 503, be it after the user was made.
  for (const gateway of gateways) {
    const statuses = [0];
    await until('kate is there', async () => {
      statuses.push((await ask(gateway, '/register', person)).status);
      return statuses.at(-1) !== 503;
    });
    expect(statuses.at(-1)).toBe(statuses.at(-2) === 503 && statuses.at(-1) === 409 ? 409 : 201);
  }
  const [first, second] = gateways as [TestGateway, TestGateway];
  await first.advance('1d');
  expect((await first.now()).getTime() - (await second.now()).getTime()).toBeGreaterThan(86_000_000);
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await expect(fetch(`${first.url}/health`)).rejects.toThrow();
  await until('no folder of these is left', () => folders().filter((name) => !before.includes(name)).length === 0);
});
