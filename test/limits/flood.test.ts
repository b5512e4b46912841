import { everywhere, newPerson, rest, uniqueName, untilServed } from '../support/doors';
import { defaultLimits, type House, onBothDatabases } from '../support/house';

const behindProxy = { ...defaultLimits, AUTH_TRUST_PROXY: '1' };
const wrong = 'not the password';
let networks = 0;
const newNetwork = (): string => {
  networks += 1;
  return `203.0.${networks}.7`;
};
const login = (house: House, username: string, password: string, address: string) =>
  rest.send(house, 'login', { username, password }, undefined, { 'x-forwarded-for': address });

onBothDatabases(
  'a flood from one network',
  (house) => {
    it('lets a person elsewhere log in at the first try, and costs the account nothing that was not judged', async () => {
      house().clock.stop();
      const kate = await newPerson(house());
      const network = newNetwork();
      let isOver = false;
      const codes = new Map<string, number>();
      const flood = async () => {
        while (!isOver) {
          const { code } = await login(house(), kate.username, wrong, network);
          codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
        }
      };
      const floods = Array.from({ length: 20 }, flood);
      try {
        for (let time = 0; time < 5; time += 1) {
          const address = newNetwork();
          // A machine that is busy with other work may say UNAVAILABLE; the limits say nothing.
          const { code } = await untilServed(() => login(house(), kate.username, kate.password, address));
          expect(code).toBeNull();
        }
      } finally {
        isOver = true;
        await Promise.all(floods);
      }
      expect(codes.get('INVALID_CREDENTIALS')).toBeLessThanOrEqual(5);
      expect(codes.get('RATE_LIMITED')).toBeGreaterThan(0);
      const rows = await house().app.services.database.client.attempt.findMany();
      expect(rows.filter(({ used }) => used > 5)).toEqual([]); // the account's bucket too: what was refused has never touched it
    });
  },
  behindProxy,
);

onBothDatabases(
  'a refused try',
  (house) => {
    it('costs no statement, and tells the same as the first', async () => {
      house().clock.stop();
      const [name, network] = [uniqueName(), newNetwork()];
      for (let time = 0; time < 5; time += 1) await login(house(), name, wrong, network);
      const from = house().queries.length;
      const answers = [await login(house(), name, wrong, network), await login(house(), name.toUpperCase(), wrong, network)];
      expect(house().queries.slice(from)).toEqual([]);
      for (const { status, body, headers } of answers)
        expect([status, body.retryAfterSeconds, headers.get('ratelimit')]).toEqual([429, 30, '"login";r=0;t=30']);
    });
  },
  behindProxy,
);

everywhere(
  'an IPv6 site',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const from = (username: string, address: string) =>
      door.send(house(), 'login', { username, password: wrong }, undefined, { 'x-forwarded-for': address });
    const codesOf = async (count: number, send: (number: number) => ReturnType<typeof from>) => {
      const codes: (string | null)[] = [];
      for (let number = 0; number < count; number += 1) codes.push((await send(number)).code);
      return codes;
    };

    it('has four times the tries of one of its networks, at one account', async () => {
      networks += 1;
      const [kate, site] = [await newPerson(house()), `2001:db8:${networks.toString(16)}`];
      const codes = await codesOf(21, (number) => from(kate.username, `${site}:${number}::1`));
      expect(codes).toEqual([...Array(20).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
      expect((await from(kate.username, '2001:db8:ffff:1::1')).code).toBe('INVALID_CREDENTIALS');
    });

    it('has four times the tries of one of its networks, at any accounts', async () => {
      networks += 1;
      const site = `2001:db8:${networks.toString(16)}`;
      const codes = await codesOf(41, (number) => from(uniqueName(), `${site}:${number}::1`));
      expect(codes).toEqual([...Array(40).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    });
  },
  { ...behindProxy, AUTH_LIMIT_LOGIN_NETWORK: '10' },
);

onBothDatabases(
  'tries at an account from everywhere',
  (house) => {
    it('count for a day', async () => {
      house().clock.stop();
      const kate = await newPerson(house());
      const fail = async (times: number) => {
        for (let time = 0; time < times; time += 1)
          expect((await login(house(), kate.username, wrong, newNetwork())).code).toBe('INVALID_CREDENTIALS');
      };
      const right = async () => (await login(house(), kate.username, kate.password, newNetwork())).code;
      await fail(3);
      house().clock.advance(86_399);
      await fail(3);
      expect(await right()).toBe('RATE_LIMITED');
      house().clock.advance(900);
      expect(await right()).toBeNull();
      const next = await newPerson(house());
      const failAt = async (times: number) => {
        for (let time = 0; time < times; time += 1) await login(house(), next.username, wrong, newNetwork());
      };
      await failAt(5);
      house().clock.advance(86_400);
      await failAt(5);
      expect((await login(house(), next.username, next.password, newNetwork())).code).toBeNull();
    });
  },
  { ...behindProxy, AUTH_LIMIT_LOGIN_ACCOUNT: '6' },
);
