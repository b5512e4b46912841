import { randomBytes } from 'node:crypto';
import { readDeviceToken } from '../../src/limits/device-token';
import { createSecrets, hmacSha256 } from '../../src/secrets';
import { uuidToBytes } from '../../src/uuid';
import { everywhere, newPerson, type Person, rest } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, testSecret } from '../support/house';

const behindProxy = { ...defaultLimits, AUTH_TRUST_PROXY: '1' };
let networks = 0;
const newNetwork = (): string => {
  networks += 1;
  return `198.51.${networks}.7`;
};
const wrong = 'not the password';
const newPassword = 'a louder garden gate';

everywhere(
  'a known device',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const login = (person: Pick<Person, 'username'>, password: string, address: string, deviceToken?: string) =>
      door.send(house(), 'login', { username: person.username, password }, undefined, {
        'x-forwarded-for': address,
        ...(deviceToken !== undefined && { 'x-device-token': deviceToken }),
      });
    const codes = async (times: number, send: () => Promise<{ code: string | null }>) => {
      const all: (string | null)[] = [];
      for (let time = 0; time < times; time += 1) all.push((await send()).code);
      return all;
    };
    const fails = (times: number) => Array(times).fill('INVALID_CREDENTIALS');

    it('forgets its failures once its login is right', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      const { deviceToken } = (await login(kate, kate.password, address)).body;
      for (let round = 0; round < 3; round += 1) {
        expect(await codes(4, () => login(kate, wrong, address, deviceToken))).toEqual(fails(4));
        expect((await login(kate, kate.password, address, deviceToken)).code).toBeNull();
      }
    });

    it('is a stranger after a change of the password, until its next login', async () => {
      const [kate, address, elsewhere] = [await newPerson(house()), newNetwork(), newNetwork()];
      const { deviceToken, accessToken } = (await login(kate, kate.password, address)).body;
      const input = { currentPassword: kate.password, newPassword };
      expect((await door.send(house(), 'changePassword', input, accessToken)).code).toBeNull();
      expect(await codes(6, () => login(kate, wrong, address))).toEqual([...fails(5), 'RATE_LIMITED']);
      expect((await login(kate, newPassword, address, deviceToken)).code).toBe('RATE_LIMITED');
      const again = (await login(kate, newPassword, elsewhere, deviceToken)).body;
      const deviceOf = (token: string) => readDeviceToken(token, createSecrets([testSecret]));
      expect(deviceOf(again.deviceToken)).toEqual({ ...deviceOf(deviceToken), epoch: 1 });
      expect((await login(kate, newPassword, address, again.deviceToken)).code).toBeNull();
    });
  },
  behindProxy,
);

/** As the gateway made them before there were epochs. */
function firstVersion(userId: string): string {
  const content = Buffer.concat([Buffer.from([1]), uuidToBytes(userId), randomBytes(8)]);
  const mac = hmacSha256(createSecrets([testSecret]).current.key('device-token'), 'device', content);
  return `ghd_${Buffer.concat([content, mac]).toString('base64url')}`;
}

onBothDatabases(
  'the devices of one user',
  (house) => {
    beforeAll(() => house().clock.stop());
    const login = (person: Person, password: string, deviceToken: string) =>
      rest.send(house(), 'login', { username: person.username, password }, undefined, {
        'x-forwarded-for': newNetwork(),
        'x-device-token': deviceToken,
      });
    const collect = async (at: House, person: Person, count: number) => {
      const tokens: string[] = [];
      for (let number = 0; number < count; number += 1)
        tokens.push((await rest.send(at, 'login', { username: person.username, password: person.password })).body.deviceToken);
      return tokens;
    };

    it('have one bucket together, however many tokens somebody has collected', async () => {
      const kate = await newPerson(house());
      const tokens = await collect(house(), kate, 4);
      expect(new Set(tokens).size).toBe(4);
      const codes: (string | null)[] = [];
      for (const token of tokens) for (let time = 0; time < 3; time += 1) codes.push((await login(kate, wrong, token)).code);
      expect(codes).toEqual([...Array(8).fill('INVALID_CREDENTIALS'), ...Array(4).fill('RATE_LIMITED')]);
    });

    it('that were known before there were epochs are those of the first', async () => {
      const kate = await newPerson(house());
      const old = firstVersion(kate.id);
      for (let time = 0; time < 5; time += 1) expect((await login(kate, wrong, old)).code).toBe('INVALID_CREDENTIALS');
      expect((await login(kate, kate.password, old)).code).toBe('RATE_LIMITED'); // a bucket of its own, from whatever network
      const input = { currentPassword: kate.password, newPassword };
      await rest.send(house(), 'changePassword', input, kate.accessToken);
      expect((await login(kate, newPassword, old)).code).toBeNull();
    });

    it('are not told by a text that nobody here made', () => {
      const secrets = createSecrets([testSecret]);
      const token = firstVersion('7b0e0f3c-5df6-4e0a-9f8e-0f6b0a6ea001');
      const bytes = Buffer.from(token.slice(4), 'base64url');
      const spoilt = bytes.map((byte, position) => (position === 3 ? byte ^ 1 : byte));
      const ofAnotherVersion = Buffer.concat([Buffer.from([2]), bytes.subarray(1)]);
      expect(readDeviceToken(token, secrets)).toMatchObject({ epoch: 0 });
      for (const other of [spoilt, ofAnotherVersion, bytes.subarray(1), Buffer.concat([bytes, bytes])])
        expect(readDeviceToken(`ghd_${Buffer.from(other).toString('base64url')}`, secrets)).toBeNull();
    });
  },
  { ...behindProxy, AUTH_LIMIT_LOGIN_ACCOUNT: '8' },
);
