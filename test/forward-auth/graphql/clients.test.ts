import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { type House, openHouse } from '../../support/house';
import { writePolicy } from '../../support/upstream';

const fields = { 'Query.products': 'public', 'Query.orders': 'authenticated', 'Mutation.order': ['ADMIN'] };

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { AUTH_UPSTREAM_POLICY: writePolicy({ endpoints: { '/graphql': { fields } } }) });
});
afterAll(() => house.close());

/** A GraphQL service behind Envoy, as `fetch` sees it: what the gateway lets pass is answered, the rest gets the gateway's refusal. */
function behindProxy() {
  const statuses: number[] = [];
  const fetchThrough = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = request.method === 'POST' ? { body: await request.text() } : {};
    const verdict = await fetch(`${house.url}/v1/verify/graphql?uri=${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      ...body,
    });
    statuses.push(verdict.status);
    if (verdict.status !== 200) return verdict;
    return Response.json({ data: { products: [{ __typename: 'Product', id: '1' }] } });
  };
  return { statuses, fetch: fetchThrough as typeof fetch };
}

const url = 'https://shop.example.com/graphql';
const products = 'query Products($first: Int) { products(first: $first) { id } }';
const orders = 'query Orders { orders { id } }';

describe('clients of other people, behind forward-auth by operation', () => {
  it.each([false, true])('Apollo Client, queries by GET: %s', async (useGETForQueries) => {
    const { statuses, fetch } = behindProxy();
    const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url, fetch, useGETForQueries }) });
    expect((await client.query({ query: gql(products), variables: { first: 1 } })).data).toMatchObject({ products: [{ id: '1' }] });
    const refusal = await client.query({ query: gql(orders) }).catch((error: unknown) => error);
    expect(statuses).toEqual([200, 401]);
    const told = CombinedGraphQLErrors.is(refusal)
      ? refusal.errors[0]?.extensions
      : JSON.parse((refusal as { bodyText: string }).bodyText).errors[0].extensions;
    expect(told).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
  });

  it('Apollo Client with automatic persisted queries sends the text when the id is not known', async () => {
    const { statuses, fetch } = behindProxy();
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const link = new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url, fetch }));
    const client = new ApolloClient({ cache: new InMemoryCache(), link });
    expect((await client.query({ query: gql(products) })).data).toMatchObject({ products: [{ id: '1' }] });
    expect(statuses).toEqual([400, 200]);
  });

  it('urql', async () => {
    const { statuses, fetch } = behindProxy();
    const client = new Client({ url, fetch, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false });
    expect((await client.query(products, { first: 1 })).data).toMatchObject({ products: [{ id: '1' }] });
    const { error } = await client.query(orders, {});
    expect([error?.graphQLErrors[0]?.extensions.code, error?.response?.status]).toEqual(['UNAUTHENTICATED', 401]);
    await client.mutation('mutation Order { order { id } }', {});
    expect(statuses).toEqual([200, 401, 401]);
  });

  it('graphql-request', async () => {
    const { statuses, fetch } = behindProxy();
    const client = new GraphQLClient(url, { fetch });
    expect(await client.request(products, { first: 1 })).toMatchObject({ products: [{ id: '1' }] });
    await expect(client.request(orders)).rejects.toMatchObject({
      response: { status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(statuses).toEqual([200, 401]);
  });
});
