import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { Client, fetchExchange, mapExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createGatehouse, type Gatehouse, gatehouseExchange, gatehouseLink, ProfileDocument } from '../../packages/client/src/index';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse, TestClock } from '../support/house';
import { copyDatabase } from '../support/stage';
import { type CountingFetch, countingFetch } from './counting-fetch';

type AskProfile = () => Promise<string>;

/** Each client as its own documentation sets it up; gives back the username that a profile query answered with. */
const clients: Record<string, (gatehouse: Gatehouse, uri: string, counting: CountingFetch) => AskProfile> = {
  'Apollo Client': (gatehouse, uri, { fetch }) => {
    const link = ApolloLink.from([gatehouseLink(gatehouse, { ApolloLink, Observable }), new HttpLink({ uri, fetch })]);
    const apollo = new ApolloClient({ link, cache: new InMemoryCache(), queryDeduplication: false });
    return async () => {
      const { data } = await apollo.query({ query: ProfileDocument, fetchPolicy: 'network-only' });
      return data?.profile.username ?? '';
    };
  },
  urql: (gatehouse, url) => {
    const ask = (): Promise<string> => {
      // A client for each query: within one, urql makes the same queries into one request.
      const urql = new Client({ url, preferGetMethod: false, exchanges: [gatehouseExchange(gatehouse, mapExchange), fetchExchange] });
      return urql
        .query(ProfileDocument, {}, { requestPolicy: 'network-only' })
        .toPromise()
        .then(({ data, error }) => {
          if (error) throw error;
          return data?.profile.username ?? '';
        });
    };
    return ask;
  },
  'graphql-request': (gatehouse, uri) => {
    const client = new GraphQLClient(uri, { fetch: gatehouse.fetch });
    return async () => (await client.request(ProfileDocument)).profile.username;
  },
  'its own request': (gatehouse) => async () => (await gatehouse.request(ProfileDocument)).profile.username,
  'the REST door': (gatehouse, uri) => async () => {
    const response = await gatehouse.fetch(uri.replace('/graphql', '/v1/profile'));
    return ((await response.json()) as { username: string }).username;
  },
};

/** Moved by the test alone: on a busy machine 200 queries may take longer than a token lives. */
class StillClock extends TestClock {
  #now = Date.now();
  override readonly now = (): number => this.#now;
  override readonly advance = (seconds: number): void => {
    this.#now += seconds * 1000;
  };
}

let house: House;
beforeAll(async () => {
  house = await openHouse(
    'sqlite',
    { AUTH_ACCESS_TOKEN_SECONDS: '2' },
    { databaseUrl: await copyDatabase('sqlite'), clock: new StillClock() },
  );
});
afterAll(() => house.close());

const signIn = async (name: string, now: () => number, counting = countingFetch()) => {
  const person = await newPerson(house);
  const gatehouse = createGatehouse({ url: house.url, fetch: counting.fetch, now });
  const { session } = await gatehouse.login({ username: person.username, password: person.password });
  const signOuts: unknown[] = [];
  gatehouse.onChange((state) => signOuts.push(state));
  const ask = clients[name]?.(gatehouse, `${house.url}/graphql`, counting) as AskProfile;
  const rotations = async () =>
    (await house.app.services.database.client.session.findUniqueOrThrow({ where: { id: session.id } })).refreshCounter;
  return { person, counting, gatehouse, ask, signOuts, startedAt: await rotations(), rotations };
};

describe('The refresh race', () => {
  it.each([
    [200, 'Apollo Client'],
    [200, 'urql'],
    [50, 'graphql-request'],
    [50, 'its own request'],
    [50, 'the REST door'],
  ])('is one refresh for %i concurrent queries over an expiry, with %s', async (queries, name) => {
    const { person, counting, ask, signOuts, startedAt, rotations } = await signIn(name, house.clock.now);
    const first = Array.from({ length: queries / 2 }, ask); // in flight when the token expires
    house.clock.advance(2.5);
    const second = Array.from({ length: queries / 2 }, ask);
    expect(new Set(await Promise.all([...first, ...second]))).toEqual(new Set([person.username]));
    expect(counting.refreshes()).toBe(1);
    expect(await rotations()).toBe(startedAt + 1);
    expect(signOuts).toEqual([]);
  });

  it.each(Object.keys(clients))('is one refresh when the clock of the client stands still, with %s', async (name) => {
    const stopped = house.clock.now();
    const { person, counting, ask, signOuts, startedAt, rotations } = await signIn(name, () => stopped);
    house.clock.advance(60);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, ask)))).toEqual(new Set([person.username]));
    expect(counting.refreshes()).toBe(1);
    expect(await rotations()).toBe(startedAt + 1);
    expect(signOuts).toEqual([]);
  });
});

describe('A token that a server does not accept', () => {
  it.each(Object.keys(clients))('is replaced once, and what is refused again is not sent a third time, with %s', async (name) => {
    const counted = countingFetch();
    let asked = 0;
    const refusing: CountingFetch = {
      ...counted,
      fetch: (input, init) => {
        if (!/\/profile$/.test(String(input)) && !/query Profile/.test(String(init?.body))) return counted.fetch(input, init);
        asked += 1;
        const refusal = { message: 'x', extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } };
        const headers = { 'content-type': 'application/graphql-response+json', 'www-authenticate': 'Bearer error="invalid_token"' };
        return Promise.resolve(new Response(JSON.stringify({ errors: [refusal] }), { status: 401, headers }));
      },
    };
    const { ask, signOuts } = await signIn(name, house.clock.now, refusing);
    await ask().catch(() => undefined);
    expect([asked, counted.refreshes()]).toEqual([2, 1]);
    expect(signOuts).toEqual([]);
  });

  it.each(Object.keys(clients))('because its session was ended elsewhere signs out, with %s', async (name) => {
    const { person, ask, gatehouse, signOuts } = await signIn(name, house.clock.now);
    expect(await ask()).toBe(person.username);
    await rest.send(house, 'logout', { scope: 'all' }, person.accessToken); // of the session that registering began
    expect(await ask().catch(() => 'refused')).not.toBe(person.username);
    expect(signOuts).toEqual([{ signedIn: false, reason: 'INVALID_REFRESH_TOKEN' }]);
    expect(await gatehouse.isSignedIn()).toBe(false);
  });
});
