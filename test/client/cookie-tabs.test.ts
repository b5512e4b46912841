/** @own-modules because it gives the client a browser's `navigator` */
import { createGatehouse, type GatehouseOptions, memoryTokenStore, ProfileDocument } from '../../packages/client/src/index';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { sharedLocks } from './fake-browser';
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

const open = (line: HeldFetch, wishes: Partial<GatehouseOptions> = {}) =>
  createGatehouse({ url: house.url, store: memoryTokenStore(), fetch: line.fetch, now: house.clock.now, lockWaitMs: 60_000, ...wishes });
const nameOf = async (gatehouse: ReturnType<typeof open>) => (await gatehouse.request(ProfileDocument)).profile.username;
const as = ({ username, password }: Person) => ({ username, password });

it('tabs with one refresh cookie take turns, whatever their stores are', async () => {
  const locks = sharedLocks();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } });
  try {
    const line = heldFetch({ origin });
    const [tab, neighbour] = [open(line), open(line)];
    await tab.login({ ...as(alice), delivery: 'COOKIE' });
    house.clock.advance(61);
    const late = line.hold('Refresh');
    const asked = tab.accessToken();
    await late.sent;
    const login = neighbour.login({ ...as(bob), delivery: 'COOKIE' });
    await new Promise(setImmediate);
    expect(line.sent.filter(({ operation }) => operation === 'Login')).toHaveLength(1); // bob's waits
    late.release();
    await Promise.all([asked, login]);
    const reloaded = open(line);
    expect(await reloaded.resume()).toBe(true);
    expect(await nameOf(reloaded)).toBe(bob.username); // the cookie is bob's: alice's did not come after it
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  }
});
