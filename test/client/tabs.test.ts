import { createGatehouse, ProfileDocument, webStorageTokenStore } from '../../packages/client/src/index';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { type CountingFetch, countingFetch } from './counting-fetch';
import { lateStorage, sharedLocks, sharedStorage } from './fake-browser';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_ACCESS_TOKEN_SECONDS: '2' });
});
afterAll(() => house.close());

/** Tabs of one browser: each a client of its own over the storage that they share. */
async function openTabs(count: number, locks: ReturnType<typeof sharedLocks> | null) {
  const person = await newPerson(house);
  const storage = sharedStorage();
  const counting = countingFetch();
  const open = (counted: CountingFetch) =>
    createGatehouse({ url: house.url, store: webStorageTokenStore({ storage, locks }), fetch: counted.fetch, now: house.clock.now });
  const tabs = Array.from({ length: count }, () => open(counting));
  const { session } = (await tabs[0]?.login({ username: person.username, password: person.password })) ?? {};
  const refreshCounter = async () =>
    (await house.app.services.database.client.session.findUniqueOrThrow({ where: { id: session?.id ?? '' } })).refreshCounter;
  return { person, storage, counting, tabs, before: await refreshCounter(), refreshCounter };
}

describe.each([
  ['Web Locks', sharedLocks],
  ['a lease in the storage', () => null],
])('Tabs with %s', (_how, locks) => {
  it('are one session, and one of them refreshes for all', async () => {
    const { person, storage, counting, tabs, before, refreshCounter } = await openTabs(4, locks());
    house.clock.advance(3);
    const asked = tabs.flatMap((tab) => Array.from({ length: 10 }, () => tab.request(ProfileDocument)));
    for (const { profile } of await Promise.all(asked)) expect(profile.username).toBe(person.username);
    expect(counting.refreshes()).toBe(1);
    expect(await refreshCounter()).toBe(before + 1);
    expect(storage.keys()).toEqual(['gatehouse.tokens']); // no lease is left behind
  });

  it('are all signed out by one of them', async () => {
    const { tabs } = await openTabs(2, locks());
    expect(await tabs[0]?.logout()).toEqual({ endedSessions: 1 });
    expect(await tabs[1]?.isSignedIn()).toBe(false);
    expect(await tabs[1]?.accessToken()).toBeNull();
  });
});

it('takes over the lease of a tab that has vanished, once it has run out', async () => {
  const { storage, tabs, person } = await openTabs(1, null);
  storage.setItem('gatehouse.tokens.lease', `another-tab ${Date.now() - 1}`);
  house.clock.advance(3);
  expect((await tabs[0]?.request(ProfileDocument))?.profile.username).toBe(person.username);
});

it('signs nobody out when two tabs without any lock refresh at once', async () => {
  const { storage, person } = await openTabs(1, null);
  const counting = countingFetch();
  const tabs = [1, 2, 3].map(() => {
    const { read, write } = webStorageTokenStore({ storage, locks: null });
    return createGatehouse({ url: house.url, store: { read, write }, fetch: counting.fetch, now: house.clock.now });
  });
  house.clock.advance(3);
  for (const { profile } of await Promise.all(tabs.map((tab) => tab.request(ProfileDocument))))
    expect(profile.username).toBe(person.username);
  expect(counting.refreshes()).toBe(3); // the gateway answers each with the same successor
  expect(await tabs[0]?.isSignedIn()).toBe(true);
});

it('refreshes once where the lock reaches the next tab before what was written under it', async () => {
  const locks = sharedLocks();
  const { storage, person } = await openTabs(1, locks);
  const counting = countingFetch();
  const tabs = [1, 2, 3].map(() => {
    const store = webStorageTokenStore({ storage: lateStorage(storage, 100), locks });
    return createGatehouse({ url: house.url, store, fetch: counting.fetch, now: house.clock.now });
  });
  for (const tab of tabs) await tab.request(ProfileDocument);
  house.clock.advance(3);
  for (const { profile } of await Promise.all(tabs.map((tab) => tab.request(ProfileDocument))))
    expect(profile.username).toBe(person.username);
  expect(counting.refreshes()).toBe(1);
});
