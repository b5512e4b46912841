import {
  createGatehouse,
  findGatehouseError,
  type GatehouseOptions,
  memoryTokenStore,
  ProfileDocument,
  type SignedState,
  type Tokens,
} from '../../packages/client/src/index';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_ACCESS_TOKEN_SECONDS: '60' });
});
afterAll(() => house.close());

async function signedIn(options: Partial<GatehouseOptions> = {}) {
  const person = await newPerson(house);
  const store = memoryTokenStore();
  const gatehouse = createGatehouse({ url: house.url, store, now: house.clock.now, ...options });
  await gatehouse.login({ username: person.username, password: person.password });
  const states: SignedState[] = [];
  gatehouse.onChange((state) => states.push(state));
  return { person, store, gatehouse, states };
}

const refreshMutation = 'mutation Refresh($input: RefreshInput) { refresh(input: $input) { accessToken } }';

describe('A session that the gateway has ended', () => {
  it('signs out with INVALID_REFRESH_TOKEN, and the request says UNAUTHENTICATED', async () => {
    const { gatehouse, states, store, person } = await signedIn();
    await house.app.services.users.revokeSessions(person.username);
    const error = findGatehouseError(await gatehouse.request(ProfileDocument).catch((thrown: unknown) => thrown));
    expect([error?.code, error?.details.reason]).toEqual(['UNAUTHENTICATED', 'REVOKED']);
    expect(states).toEqual([{ signedIn: false, reason: 'INVALID_REFRESH_TOKEN' }]);
    expect(store.read()).toBeNull();
  });

  it('signs out with REFRESH_TOKEN_REUSED when a thief has spent the token', async () => {
    const { gatehouse, states, store } = await signedIn();
    const stolen = (store.read() as Tokens).refreshToken;
    for (let times = 0; times < 2; times += 1) {
      const { body } = await postGraphQL(house, refreshMutation.replace('{ accessToken', '{ refreshToken accessToken'), {
        input: { refreshToken: times === 0 ? stolen : (store.read() as Tokens).refreshToken },
      });
      expect(body.errors).toBeUndefined();
    }
    house.clock.advance(61); // past the grace, and past the access token
    await expect(gatehouse.request(ProfileDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'MISSING' } });
    expect(states).toEqual([{ signedIn: false, reason: 'REFRESH_TOKEN_REUSED' }]);
  });
});

describe('A gateway that cannot answer', () => {
  it.each([
    ['a lost connection', () => Promise.reject(new TypeError('fetch failed'))],
    ["a proxy's error page", async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    [
      'UNAVAILABLE',
      async () => Response.json({ errors: [{ message: 'x', extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } }] }, { status: 503 }),
    ],
  ])('fails the request and keeps the tokens: %s', async (_what, answer) => {
    let isDown = false;
    const { gatehouse, states, store, person } = await signedIn({ fetch: (input, init) => (isDown ? answer() : fetch(input, init)) });
    const tokens = store.read() as Tokens;
    isDown = true;
    house.clock.advance(61);
    await expect(gatehouse.request(ProfileDocument)).rejects.toThrow();
    await expect(gatehouse.logout()).rejects.toThrow();
    expect([store.read(), states]).toEqual([expect.objectContaining(tokens), []]);
    isDown = false;
    expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(person.username);
  });

  it('goes on with a token that has a few seconds left when it cannot be refreshed early', async () => {
    let refreshes = 0;
    const { gatehouse, person } = await signedIn({
      fetch: (input, init) => {
        if (!String(init?.body).includes('mutation Refresh')) return fetch(input, init);
        refreshes += 1;
        return Promise.reject(new TypeError('fetch failed'));
      },
    });
    house.clock.advance(57); // a tenth of its life is less than 6 seconds
    expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(person.username);
    expect(refreshes).toBe(1);
  });
});

it('ends the others and stays signed in', async () => {
  const { gatehouse, person, states } = await signedIn();
  expect(await gatehouse.logout({ scope: 'OTHERS' })).toEqual({ endedSessions: 1 }); // the one that registering began
  expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(person.username);
  expect(states).toEqual([]);
  await gatehouse.logout();
  expect(await gatehouse.isSignedIn()).toBe(false);
  expect(await gatehouse.logout()).toEqual({ endedSessions: 0 });
});

it('does not trust a clock that has been set back', async () => {
  let offset = 0;
  const { gatehouse, person, store } = await signedIn({ now: () => house.clock.now() + offset });
  const before = (store.read() as Tokens).accessToken;
  offset = -86_400_000;
  expect((await gatehouse.request(ProfileDocument)).profile.username).toBe(person.username);
  expect((store.read() as Tokens).accessToken).not.toBe(before);
});

it("leaves a caller's own Authorization header alone", async () => {
  const { gatehouse } = await signedIn();
  const response = await gatehouse.fetch(`${house.url}/v1/profile`, { headers: { authorization: 'Bearer of-somebody-else' } });
  expect(response.status).toBe(401);
  expect(await gatehouse.isSignedIn()).toBe(true);
});
