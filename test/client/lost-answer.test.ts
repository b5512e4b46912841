import { createGatehouse, memoryTokenStore, ProfileDocument, type TokenStore, webStorageTokenStore } from '../../packages/client/src/index';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { sharedStorage } from './fake-browser';
import { heldFetch } from './held-fetch';

const origin = 'http://page.test';
let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_ACCESS_TOKEN_SECONDS: '60', AUTH_CORS_ORIGINS: origin, PUBLIC_URL: 'http://localhost' });
  alice = await newPerson(house);
});
afterAll(() => house.close());

/** Somebody whose token has run out, on a line that loses the answers to refreshes. */
async function losing(store: TokenStore, delivery: 'BODY' | 'COOKIE' = 'BODY') {
  const line = heldFetch({ origin });
  const open = (kept = store) => createGatehouse({ url: house.url, store: kept, fetch: line.fetch, now: house.clock.now });
  const gatehouse = open();
  await gatehouse.login({ username: alice.username, password: alice.password, delivery });
  house.clock.advance(61);
  line.lose('Refresh', true);
  const keys = () => line.sent.filter(({ operation }) => operation === 'Refresh').map(({ headers }) => headers.get('idempotency-key'));
  return { line, open, gatehouse, keys };
}

describe('A refresh whose answer is lost', () => {
  it('is sent again with the same key, which was written down before it was sent', async () => {
    const storage = sharedStorage();
    const openStore = () => webStorageTokenStore({ storage, locks: null });
    const { line, open, gatehouse, keys } = await losing(openStore());
    const sent = line.hold('Refresh');
    const asked = gatehouse.request(ProfileDocument);
    await sent.sent;
    const [key] = keys();
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect((await openStore().read())?.refreshKey).toBe(key);
    sent.release();
    await expect(asked).rejects.toThrow('fetch failed');
    const reloaded = open(openStore());
    await expect(reloaded.request(ProfileDocument)).rejects.toThrow('fetch failed');
    expect(keys()).toEqual([key, key]);
    line.lose('Refresh', false);
    expect((await reloaded.request(ProfileDocument)).profile.username).toBe(alice.username);
    expect(keys()).toEqual([key, key, key]);
    expect((await openStore().read())?.refreshKey).toBeUndefined(); // forgotten with the successor
  });

  it('signs nobody out, however long it takes until the next one', async () => {
    const { line, gatehouse } = await losing(memoryTokenStore());
    await expect(gatehouse.request(ProfileDocument)).rejects.toThrow('fetch failed');
    house.clock.advance(3_600); // long past the grace
    line.lose('Refresh', false);
    expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(alice.username);
  });

  it('has another key for another token', async () => {
    const { line, gatehouse, keys } = await losing(memoryTokenStore());
    line.lose('Refresh', false);
    for (let times = 0; times < 3; times += 1) {
      await gatehouse.request(ProfileDocument);
      house.clock.advance(61);
    }
    expect(new Set(keys()).size).toBe(3);
  });

  it('is not sent where the key cannot be written down', async () => {
    const kept = memoryTokenStore();
    let isFull = false;
    const write: TokenStore['write'] = (tokens) => {
      if (isFull) throw new DOMException('full', 'QuotaExceededError');
      return kept.write(tokens);
    };
    const { line, gatehouse, keys } = await losing({ read: kept.read, write });
    line.lose('Refresh', false);
    isFull = true;
    await expect(gatehouse.request(ProfileDocument)).rejects.toThrow('full');
    expect(keys()).toEqual([]);
    isFull = false;
    expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(alice.username);
  });

  it.each(['accessToken', 'resume'] as const)('has its key with the refresh cookie too: %s()', async (how) => {
    const { line, open, gatehouse, keys } = await losing(memoryTokenStore(), 'COOKIE');
    const page = how === 'resume' ? open(memoryTokenStore()) : gatehouse;
    await expect(page[how]()).rejects.toThrow('fetch failed');
    line.lose('Refresh', false);
    await page[how]();
    const [first, second] = keys();
    expect([first, first]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), second]);
    expect((await page.request(ProfileDocument)).profile.username).toBe(alice.username);
  });
});

it('a visitor who is nobody is answered 200: no red line in the console', async () => {
  const line = heldFetch({ origin });
  const gatehouse = createGatehouse({ url: house.url, fetch: line.fetch });
  expect(await gatehouse.resume()).toBe(false);
  expect(line.sent.map(({ operation, status }) => [operation, status()])).toEqual([['Refresh', 200]]);
});
