import { everywhere, newPerson, type Person, postGraphQL, rest, uniqueName } from '../support/doors';
import { defaultLimits, type House, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';

/** A proxy in front tells the client's address: each test has networks of its own. */
const behindProxy = { ...defaultLimits, AUTH_TRUST_PROXY: '1' };
let networks = 0;
const newNetwork = (): string => {
  networks += 1;
  return `198.51.${networks}.7`;
};

everywhere(
  'login limits',
  (house, door) => {
    const login = (username: string, password: string, address: string, headers: Record<string, string> = {}) =>
      door.send(house(), 'login', { username, password }, undefined, { 'x-forwarded-for': address, ...headers });
    const fail = async (username: string, address: string, times: number) => {
      for (let time = 0; time < times; time += 1) await login(username, 'not the password', address);
    };
    beforeAll(() => house().clock.stop());
    const hashes = () => house().app.services.hashing().completed;

    it('refuses the sixth try from one network, the right password included, and says when to come back', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      await fail(kate.username, address, 5);
      const before = hashes();
      const refused = await login(kate.username, kate.password, address);
      expect([refused.status, refused.code, refused.body.retryAfterSeconds]).toEqual([429, 'RATE_LIMITED', 30]);
      expect(refused.headers.get('retry-after')).toBe('30');
      expect(hashes()).toBe(before);
      house().clock.advance(29.999);
      expect((await login(kate.username, kate.password, address)).code).toBe('RATE_LIMITED');
      house().clock.advance(0.001);
      expect((await login(kate.username, kate.password, address)).code).toBeNull();
    });

    it('makes every further wait longer, up to the window', async () => {
      const [username, address] = [uniqueName(), newNetwork()];
      await fail(username, address, 5);
      const waits: number[] = [];
      for (let step = 0; step < 7; step += 1) {
        const { body } = await login(username, 'not the password', address);
        waits.push(body.retryAfterSeconds);
        house().clock.advance(body.retryAfterSeconds);
        expect((await login(username, 'not the password', address)).code).toBe('INVALID_CREDENTIALS');
      }
      expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
    });

    it('leaves the owner alone in another network', async () => {
      const kate = await newPerson(house());
      await fail(kate.username, newNetwork(), 6);
      expect((await login(kate.username, kate.password, newNetwork())).code).toBeNull();
    });

    it('lets a known device of the owner in, when its own network has no try left', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      const { body } = await login(kate.username, kate.password, address);
      await fail(kate.username, address, 6);
      expect((await login(kate.username, kate.password, address)).code).toBe('RATE_LIMITED');
      const known = await login(kate.username, kate.password, address, { 'x-device-token': body.deviceToken });
      expect([known.code, known.body.deviceToken]).toEqual([null, body.deviceToken]);
    });

    it('gives a device a budget for its owner alone, and a limited one', async () => {
      const [kate, mallory, address] = [await newPerson(house()), await newPerson(house()), newNetwork()];
      const { body } = await login(mallory.username, mallory.password, address);
      await fail(kate.username, address, 5);
      expect((await login(kate.username, kate.password, address, { 'x-device-token': body.deviceToken })).code).toBe('RATE_LIMITED');
      const codes: (string | null)[] = [];
      for (let time = 0; time < 6; time += 1)
        codes.push((await login(mallory.username, 'not the password', address, { 'x-device-token': body.deviceToken })).code);
      expect(codes).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    });

    it('counts a success for nothing and forgets the failures before it', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      await fail(kate.username, address, 4);
      expect((await login(kate.username, kate.password, address)).code).toBeNull();
      await fail(kate.username, address, 4);
      expect((await login(kate.username, kate.password, address)).code).toBeNull();
    });

    it('answers alike for an account that does not exist', async () => {
      const [kate, known, unknown] = [await newPerson(house()), newNetwork(), newNetwork()];
      const nobody = uniqueName();
      for (let time = 0; time < 6; time += 1) {
        const [left, right] = [await login(kate.username, 'not the password', known), await login(nobody, 'not the password', unknown)];
        expect([left.status, left.code, left.body.retryAfterSeconds]).toEqual([right.status, right.code, right.body.retryAfterSeconds]);
        expect(left.headers.get('ratelimit')).toBe(right.headers.get('ratelimit'));
        expect(left.headers.get('ratelimit')).toMatch(/^"login";r=\d+;t=\d+$/);
        expect(left.headers.get('ratelimit-policy')).toBe('"login";q=5;w=900');
      }
    });

    it('lets no parallel guess past the limit', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      const before = hashes();
      const answers = await Promise.all(Array.from({ length: 20 }, () => login(kate.username, 'not the password', address)));
      const count = (code: string) => answers.filter((answer) => answer.code === code).length;
      // On a busy machine a hash or a turn may come too late, and be UNAVAILABLE; no more than five are ever judged.
      expect(count('INVALID_CREDENTIALS')).toBeLessThanOrEqual(5);
      expect(count('INVALID_CREDENTIALS') + count('UNAVAILABLE') + count('RATE_LIMITED')).toBe(20);
      expect(count('RATE_LIMITED')).toBeGreaterThan(0);
      expect(hashes() - before).toBeLessThanOrEqual(5);
    });

    it('counts the networks of an IPv6 client by /64, and a mapped address as IPv4', async () => {
      const username = uniqueName();
      for (let time = 0; time < 5; time += 1) await login(username, 'not the password', `2001:db8:${networks}:1::${time + 1}`);
      expect((await login(username, 'not the password', `2001:0db8:${networks}:0001:ffff::9`)).code).toBe('RATE_LIMITED');
      const [other, address] = [uniqueName(), newNetwork()];
      await fail(other, address, 5);
      expect((await login(other, 'not the password', `::ffff:${address}`)).code).toBe('RATE_LIMITED');
    });

    it('believes the address that the trusted proxy adds, and none before it', async () => {
      const [username, address] = [uniqueName(), newNetwork()];
      for (let time = 0; time < 5; time += 1) await login(username, 'not the password', `203.0.113.${time}, ${address}`);
      expect((await login(username, 'not the password', `1.1.1.1, ${address}`)).code).toBe('RATE_LIMITED');
    });
  },
  behindProxy,
);

describe.each(databaseKinds)('the ledger of attempts, on %s', (kind) => {
  let house: House;
  let kate: Person;
  beforeAll(async () => {
    house = await openHouse(kind, defaultLimits);
    kate = await newPerson(house);
  });
  afterAll(() => house.close());

  const restLogin = (at: House, username: string, path = '/v1/login', headers: Record<string, string> = {}) =>
    fetch(`${at.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ username, password: 'not the password' }),
    });
  const graphqlLogin = (at: House, username: string) =>
    postGraphQL(at, 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', {
      input: { username, password: 'not the password' },
    });

  it('is one for both doors, every spelling of a path, every spelling of a name and every node', async () => {
    const second = await openHouse(kind, defaultLimits, house);
    expect((await restLogin(house, kate.username)).status).toBe(401);
    expect((await graphqlLogin(second, kate.username)).body.errors[0].extensions.code).toBe('INVALID_CREDENTIALS');
    expect((await restLogin(house, kate.username.toUpperCase(), '/login')).status).toBe(401);
    expect((await restLogin(second, ` ${kate.username}`, '/v1/login?x=1')).status).toBe(401);
    expect((await graphqlLogin(house, kate.username)).body.errors[0].extensions.code).toBe('INVALID_CREDENTIALS');
    expect((await restLogin(second, kate.username)).status).toBe(429);
    const limited = await graphqlLogin(house, kate.username);
    expect(limited.body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    expect(limited.body.extensions.rateLimit).toMatchObject({ policy: 'login', limit: 5, remaining: 0 });
    await second.close();
  });

  it('survives a restart', async () => {
    const name = uniqueName();
    for (let time = 0; time < 5; time += 1) await restLogin(house, name);
    const restarted = await openHouse(kind, defaultLimits, house);
    expect((await restLogin(restarted, name)).status).toBe(429);
    await restarted.close();
  });

  it('takes no notice of address headers when no proxy is trusted', async () => {
    const name = uniqueName();
    for (let time = 0; time < 5; time += 1)
      await restLogin(house, name, '/v1/login', {
        'x-forwarded-for': `203.0.113.${time}`,
        'x-real-ip': `203.0.113.${time}`,
        forwarded: `for=203.0.113.${time}`,
        'cf-connecting-ip': `203.0.113.${time}`,
      });
    expect((await restLogin(house, name, '/v1/login', { 'x-forwarded-for': '203.0.113.99' })).status).toBe(429);
  });

  it('stores no name and no address', async () => {
    const name = uniqueName();
    await restLogin(house, name);
    const rows = await house.app.services.database.client.attempt.findMany();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${name}|127\\.0\\.0`));
  });

  it('catches one password tried on many accounts from one network', async () => {
    const other = await openHouse(kind, { ...defaultLimits, AUTH_LIMIT_LOGIN_NETWORK: '8' });
    const { username, password } = await newPerson(other);
    const statuses: number[] = [];
    for (let time = 0; time < 9; time += 1) {
      statuses.push((await restLogin(other, uniqueName())).status);
      if (time === 4) expect((await rest.send(other, 'login', { username, password })).code).toBeNull(); // it makes nothing forgotten
    }
    expect(statuses).toEqual([...Array(8).fill(401), 429]);
    await other.close();
  });

  it('makes strangers wait for an account that was tried from everywhere, and not its known devices', async () => {
    const other = await openHouse(kind, { ...behindProxy, AUTH_LIMIT_LOGIN_ACCOUNT: '6' });
    const owner = await newPerson(other);
    const from = (address: string, headers = {}) => ({ 'x-forwarded-for': address, ...headers });
    const known = await fetch(`${other.url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...from(newNetwork()) },
      body: JSON.stringify({ username: owner.username, password: owner.password }),
    });
    const { device_token } = (await known.json()) as { device_token: string };
    for (let time = 0; time < 6; time += 1) await restLogin(other, owner.username, '/login', from(newNetwork()));
    expect((await restLogin(other, owner.username, '/login', from(newNetwork()))).status).toBe(429);
    expect((await restLogin(other, owner.username, '/login', from(newNetwork(), { 'x-device-token': device_token }))).status).toBe(401);
    await other.close();
  });

  it('limits registrations of a network, and guesses at the password of a session', async () => {
    const other = await openHouse(kind, { ...defaultLimits, AUTH_LIMIT_REGISTER_NETWORK: '2', AUTH_LIMIT_PASSWORD_CHECK: '2' });
    const [owner] = [await newPerson(other), await newPerson(other)];
    await expect(newPerson(other)).rejects.toThrow('RATE_LIMITED');
    const change = () =>
      fetch(`${other.url}/v1/password`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.accessToken}` },
        body: JSON.stringify({ current_password: 'not the password', new_password: 'another quiet garden' }),
      });
    expect([(await change()).status, (await change()).status, (await change()).status]).toEqual([401, 401, 429]);
    await other.close();
  });

  it('lets nobody in, and makes no hash, when it cannot be written', async () => {
    const other = await openHouse(kind, defaultLimits);
    await other.app.services.database.client.$executeRawUnsafe('DROP TABLE attempts');
    other.expectDefects();
    expect((await restLogin(other, kate.username)).status).toBeGreaterThanOrEqual(500);
    expect(other.app.services.hashing().completed).toBe(0);
    await other.close();
  });
});
