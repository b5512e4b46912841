import {
  createGatehouse,
  type GatehouseOptions,
  type LockManager,
  memoryTokenStore,
  ProfileDocument,
  type TokenStore,
  webStorageTokenStore,
} from '../../packages/client/src/index';
import { waitingAtMost } from '../../packages/client/src/turns';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { sharedLocks, sharedStorage } from './fake-browser';
import { type HeldFetch, heldFetch } from './held-fetch';

const origin = 'http://page.test';
let house: House;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_ACCESS_TOKEN_SECONDS: '60', AUTH_CORS_ORIGINS: origin, PUBLIC_URL: 'http://localhost' });
  alice = await newPerson(house);
  bob = await newPerson(house);
});
afterAll(() => house.close());

/** Every lock is given to somebody else, for ever: a tab that the browser has frozen. */
const frozenLocks: LockManager = { request: () => new Promise(() => {}), query: async () => ({ held: [] }) };

const unlocked = (): TokenStore => {
  const { read, write } = webStorageTokenStore({ storage: sharedStorage(), locks: null });
  return { read, write };
};

const stores: Readonly<Record<string, () => TokenStore>> = {
  memory: memoryTokenStore,
  'web storage with Web Locks': () => webStorageTokenStore({ storage: sharedStorage(), locks: sharedLocks() }),
  'web storage with a lease': () => webStorageTokenStore({ storage: sharedStorage(), locks: null }),
  'a store without a lock': unlocked,
  'web storage with a lock that never comes': () => webStorageTokenStore({ storage: sharedStorage(), locks: frozenLocks }),
};

const open = (store: TokenStore, line: HeldFetch, wishes: Partial<GatehouseOptions> = {}) =>
  createGatehouse({ url: house.url, store, fetch: line.fetch, now: house.clock.now, lockWaitMs: 20, ...wishes });
const nameOf = async (gatehouse: ReturnType<typeof open>) => (await gatehouse.request(ProfileDocument)).profile.username;
const as = ({ username, password }: Person) => ({ username, password });

describe.each(
  Object.entries(stores).flatMap(([name, store]) => [
    [name, store, 'BODY'] as const,
    ...(name === 'memory' ? [[`${name} and the refresh cookie`, store, 'COOKIE'] as const] : []),
  ]),
)('A refresh that is answered late, with %s', (_name, openStore, delivery) => {
  /** Alice, whose token has run out, and a request of hers whose refresh is under way. */
  const refreshing = async () => {
    const line = heldFetch({ origin });
    const store = openStore();
    const gatehouse = open(store, line);
    await gatehouse.login({ ...as(alice), delivery });
    house.clock.advance(61);
    const late = line.hold('Refresh');
    const asked = nameOf(gatehouse);
    await late.sent;
    return { line, store, gatehouse, late, asked };
  };

  it('does not undo a newer login', async () => {
    const { line, gatehouse, late, asked } = await refreshing();
    const login = gatehouse.login({ ...as(bob), delivery });
    await new Promise(setImmediate);
    expect(line.sent.map(({ operation }) => operation)).toEqual(['Login', 'Refresh']); // bob's waits for its turn
    late.release();
    expect((await login).user.username).toBe(bob.username);
    await asked;
    expect(await nameOf(gatehouse)).toBe(bob.username);
    house.clock.advance(61); // what was kept is bob's too
    expect(await nameOf(gatehouse)).toBe(bob.username);
  });

  it.each(['forget', 'logout'] as const)('does not undo %s()', async (ending) => {
    const { store, gatehouse, late, asked } = await refreshing();
    const ended = gatehouse[ending]();
    await new Promise(setImmediate);
    late.release();
    await Promise.all([ended, asked.catch(() => undefined)]);
    expect([await gatehouse.isSignedIn(), await store.read()]).toEqual([false, null]);
  });
});

describe('A renewal', () => {
  it('is written over the tokens alone that it presented, where another tab did not wait', async () => {
    const store = unlocked();
    const [line, other] = [heldFetch(), heldFetch()];
    const [tab, neighbour] = [open(store, line), open({ ...store }, other)];
    await tab.login(as(alice));
    house.clock.advance(61);
    const late = line.hold('Refresh');
    const asked = tab.accessToken();
    await late.sent;
    await neighbour.login(as(bob));
    late.release();
    expect(await asked).toBe((await store.read())?.accessToken); // what is right now, not what came late
    expect(await nameOf(tab)).toBe(bob.username);
    await neighbour.forget();
    expect(await tab.isSignedIn()).toBe(false);
  });

  it('that is refused ends nothing that came meanwhile', async () => {
    const store = unlocked();
    const [line, other] = [heldFetch(), heldFetch()];
    const [tab, neighbour] = [open(store, line), open({ ...store }, other)];
    const states: unknown[] = [];
    tab.onChange((state) => states.push(state));
    const { session } = await tab.login(as(alice));
    await house.app.services.database.client.session.delete({ where: { id: session.id } });
    house.clock.advance(61);
    const late = line.hold('Refresh');
    const asked = tab.accessToken();
    await late.sent;
    await neighbour.login(as(bob));
    late.release();
    await asked;
    expect(await nameOf(tab)).toBe(bob.username);
    expect(states).toEqual([{ signedIn: true }]);
  });
});

describe('A turn that never comes', () => {
  it.each(['lock', 'refusal'] as const)('holds up nothing for long: %s', async (how) => {
    const refused: LockManager = { ...frozenLocks, request: () => Promise.reject(new DOMException('no origin', 'SecurityError')) };
    const storage = sharedStorage();
    const store = webStorageTokenStore({ storage, locks: how === 'lock' ? frozenLocks : refused });
    const line = heldFetch();
    const gatehouse = open(store, line);
    expect((await gatehouse.login(as(alice))).user.username).toBe(alice.username);
    house.clock.advance(61);
    expect(await nameOf(gatehouse)).toBe(alice.username);
    const reloaded = open(webStorageTokenStore({ storage, locks: frozenLocks }), line); // the same after a reload
    expect(await nameOf(reloaded)).toBe(alice.username);
    expect(await reloaded.logout()).toEqual({ endedSessions: 1 });
    await gatehouse.login(as(bob));
    await gatehouse.forget();
    expect(await gatehouse.isSignedIn()).toBe(false);
  });

  it('is not waited for a second time', async () => {
    const exclusively = waitingAtMost(() => new Promise(() => {}), 50);
    await exclusively(async () => undefined); // in vain
    const later = new Promise((resolve) => setTimeout(resolve, 25, 'waited')); // timers fire in the order of their ends, however late
    expect(await Promise.race([exclusively(async () => 'begun at once'), later])).toBe('begun at once');
  });

  it('is waited for once, and again when it has come', async () => {
    const grants: (() => void)[] = [];
    const locks: LockManager = {
      query: async () => ({ held: [] }),
      request: (_name, work) => new Promise((resolve, reject) => void grants.push(() => void work().then(resolve, reject))),
    };
    const line = heldFetch();
    const store = webStorageTokenStore({ storage: sharedStorage(), locks });
    await open(store, line).login(as(alice)); // in vain
    const patient = open(store, line, { lockWaitMs: 3_600_000 });
    for (const grant of grants.splice(0)) grant();
    const login = patient.login(as(bob));
    while (grants.length === 0) await new Promise(setImmediate);
    expect(line.sent.filter(({ operation }) => operation === 'Login')).toHaveLength(1);
    for (const grant of grants.splice(0)) grant();
    while (grants.length === 0) await new Promise(setImmediate); // that it wrote is told by a second lock
    for (const grant of grants.splice(0)) grant();
    expect((await login).user.username).toBe(bob.username);
  });
});
