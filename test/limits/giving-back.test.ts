import { newPerson, rest, uniqueName } from '../support/doors';
import { defaultLimits, type House, onBothDatabases } from '../support/house';
import { plainClient } from '../support/proof';

const wrong = 'not the password';
const login = (house: House, username: string, password = wrong, address = '203.0.113.7') =>
  rest.send(house, 'login', { username, password }, undefined, { 'x-forwarded-for': address });
const rowsOf = (house: House) => house.app.services.database.client.attempt;

onBothDatabases(
  'tries that are given back',
  (house) => {
    let networks = 0;
    const newNetwork = () => {
      networks += 1;
      return `198.51.${networks}.7`;
    };
    beforeAll(() => house().clock.stop());

    it('leave nothing behind: not those of a success, nor those that another bucket refused', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      const before = await rowsOf(house()).count();
      expect((await login(house(), kate.username, kate.password, address)).code).toBeNull();
      expect(await rowsOf(house()).count()).toBe(before);
      for (let time = 0; time < 3; time += 1) await login(house(), uniqueName(), wrong, address);
      const full = await rowsOf(house()).count();
      for (let time = 0; time < 5; time += 1) expect((await login(house(), uniqueName(), wrong, address)).code).toBe('RATE_LIMITED');
      expect(await rowsOf(house()).count()).toBe(full);
    });

    it('cost nobody else a wait that was over', async () => {
      const [kate, lars, address] = [await newPerson(house()), await newPerson(house()), newNetwork()];
      for (let time = 0; time < 3; time += 1) await login(house(), uniqueName(), wrong, address);
      house().clock.advance(30);
      expect((await login(house(), kate.username, kate.password, address)).code).toBeNull();
      expect((await login(house(), lars.username, lars.password, address)).code).toBeNull();
      expect((await login(house(), lars.username, wrong, address)).code).toBe('INVALID_CREDENTIALS');
      expect((await login(house(), lars.username, lars.password, address)).code).toBe('RATE_LIMITED');
    });

    it('are no limit.reached, also when they were the last free one', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      const reached = () => house().app.services.database.client.auditEvent.count({ where: { event: 'limit.reached' } });
      for (let time = 0; time < 2; time += 1) await login(house(), uniqueName(), wrong, address);
      const before = await reached();
      expect((await login(house(), kate.username, kate.password, address)).code).toBeNull();
      expect(await reached()).toBe(before);
      await login(house(), uniqueName(), wrong, address);
      expect(await reached()).toBe(before + 1);
    });

    it('do not keep the mistakes of a busy network alive', async () => {
      const [kate, address] = [await newPerson(house()), newNetwork()];
      for (let time = 0; time < 2; time += 1) await login(house(), uniqueName(), wrong, address);
      for (let time = 0; time < 2; time += 1) {
        house().clock.advance(600);
        expect((await login(house(), kate.username, kate.password, address)).code).toBeNull();
      }
      for (let time = 0; time < 2; time += 1) await login(house(), uniqueName(), wrong, address);
      expect((await login(house(), kate.username, kate.password, address)).code).toBeNull();
    });
  },
  { ...defaultLimits, AUTH_TRUST_PROXY: '1', AUTH_LIMIT_LOGIN_NETWORK: '3', AUTH_LIMIT_REGISTER_NETWORK: '1000' },
);

onBothDatabases(
  'a guess that no thread has time for',
  (house) => {
    it('counts as none', async () => {
      const kate = await newPerson(house());
      const before = (await rowsOf(house()).findMany()).map(({ key }) => key); // of the registration
      const answers = await Promise.all(Array.from({ length: 20 }, () => login(house(), kate.username)));
      const judged = answers.filter(({ code }) => code === 'INVALID_CREDENTIALS').length;
      expect(answers.filter(({ code }) => code === 'UNAVAILABLE').length).toBe(20 - judged);
      expect(judged).toBeLessThan(20); // the queue of one thread is shorter
      const rows = await rowsOf(house()).findMany({ where: { key: { notIn: before } } });
      expect(rows.map(({ used }) => used)).toEqual(judged === 0 ? [] : [judged, judged, judged]); // the account here, the network, the account
    });
  },
  { AUTH_HASH_THREADS: '1', AUTH_BCRYPT_COST: '12' },
);

onBothDatabases(
  'a registration that no thread has time for',
  (house) => {
    it('counts as none before its names are looked up', async () => {
      const register = (username: string) =>
        rest.send(house(), 'register', { username, email: `${username}@example.com`, password: 'a quiet garden gate' });
      const answers = await Promise.all(Array.from({ length: 20 }, () => register(uniqueName())));
      const made = answers.filter(({ code }) => code === null).length;
      expect(answers.filter(({ code }) => code === 'UNAVAILABLE').length).toBe(20 - made);
      expect(made).toBeLessThan(20);
      const counted = answers.filter(({ headers }) => headers.has('ratelimit')).length; // the others got no further than the full queue
      const used = (await rowsOf(house()).findMany()).reduce((sum, row) => sum + row.used, 0);
      expect(used).toBeGreaterThanOrEqual(made);
      expect(used).toBeLessThanOrEqual(counted); // what a busy machine did not come to is given back too
    });
  },
  { AUTH_HASH_THREADS: '1', AUTH_BCRYPT_COST: '12' },
);

onBothDatabases('a registration whose client has gone away', (house) => {
  it('costs a try, whether its names are taken or not: what is left would tell which it was', async () => {
    const kate = await newPerson(house());
    const { accounts } = house().app.services;
    const used = async () => (await rowsOf(house()).findMany()).map((row) => row.used); // of the one network
    const giveUp = (username: string) => {
      let looks = 0;
      const isGone = () => ++looks > 1; // there when its turn comes, and gone when a thread would hash for it
      const client = { ...plainClient(), ipAddress: '127.0.0.1', isGone };
      return accounts.register({ username, email: `${uniqueName()}@example.com`, password: kate.password }, client);
    };
    expect(await used()).toEqual([1]);
    await expect(giveUp(kate.username)).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
    expect(await used()).toEqual([2]);
    const name = uniqueName();
    await expect(giveUp(name)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await used()).toEqual([3]);
    expect(await house().app.services.database.client.user.count({ where: { usernameKey: name } })).toBe(0);
  });
});
