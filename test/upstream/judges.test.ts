// Gateway: outside judges of the merged endpoint. graphql-ws and graphql-sse are in streams.test.ts, the code generator in granted.test.ts.
import { readFileSync } from 'node:fs';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import { serverAudits } from 'graphql-http';
import { newPerson, type Person } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop } from '../support/shop';

let shop: Shop;
let house: House;
let person: Person;
beforeAll(async () => {
  shop = await openShop();
  house = await openBefore(shop);
  person = await newPerson(house);
});
afterAll(async () => {
  await house.close();
  await shop.close();
});

const document = 'query Both { me { id } products(first: 1) { id name } }';

describe('the one endpoint', () => {
  it('passes the GraphQL over HTTP audits as it does without a service behind', async () => {
    const explained = [...readFileSync('docs/graphql-over-http.md', 'utf8').matchAll(/^\| `(\w{4})` \| (notice|warning) \|/gm)];
    const found: string[] = [];
    for (const audit of serverAudits({ url: `${house.url}/graphql` })) {
      const result = await audit.fn();
      if (result.status === 'error') throw new Error(`${audit.id} ${audit.name}: ${result.reason}`);
      if (result.status !== 'ok') found.push(`${audit.id} ${result.status === 'warn' ? 'warning' : 'notice'}`);
    }
    expect(found.sort()).toEqual(explained.map(([, id, level]) => `${id} ${level}`).sort());
  });

  it('is one that Apollo Client reads', async () => {
    const headers = { authorization: `Bearer ${person.accessToken}` };
    const client = new ApolloClient({ link: new HttpLink({ uri: `${house.url}/graphql`, headers }), cache: new InMemoryCache() });
    const { data } = await client.query({ query: gql(document) });
    expect(data).toMatchObject({
      me: { __typename: 'User', id: person.id },
      products: [{ __typename: 'Product', id: '1', name: 'product 1' }],
    });
  });

  it('is one that urql reads', async () => {
    const client = createClient({
      url: `${house.url}/graphql`,
      exchanges: [cacheExchange, fetchExchange],
      preferGetMethod: false,
      fetchOptions: { headers: { authorization: `Bearer ${person.accessToken}` } },
    });
    const { data, error } = await client.query(document, {}).toPromise();
    expect(error).toBeUndefined();
    expect(data).toMatchObject({ me: { id: person.id }, products: [{ id: '1', name: 'product 1' }] });
  });
});
