import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { type House, openHouse } from '../support/house';

/** Two clients that ask by hash first, by GET, as their documents propose: the gateway must tell them so that they send the document. */
let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const document = '{ me { id } }';
const sha256 = async (text: string): Promise<string> => createHash('sha256').update(text).digest('hex');

/** Which methods went out. */
function noting() {
  const methods: string[] = [];
  const send: typeof fetch = (input, init) => {
    methods.push(init?.method ?? 'GET');
    return fetch(input, init);
  };
  return { methods, send };
}

describe('automatic persisted queries', () => {
  it('by Apollo Client fall back to the document, by POST', async () => {
    const { methods, send } = noting();
    const client = new ApolloClient({
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
        new HttpLink({ uri: `${house.url}/graphql`, fetch: send }),
      ]),
      cache: new InMemoryCache(),
    });
    expect((await client.query({ query: gql(document) })).data).toEqual({ me: null });
    expect(methods).toEqual(['GET', 'POST']);
    client.stop();
  });

  const urql = (preferGetForPersistedQueries: boolean | 'force') => {
    const { methods, send } = noting();
    const exchanges = [persistedExchange({ generateHash: sha256, preferGetForPersistedQueries }), fetchExchange];
    const client = new Client({ url: `${house.url}/graphql`, fetch: send, preferGetMethod: false, exchanges });
    return { methods, ask: (text: string) => client.query(text, {}).toPromise() };
  };

  it('by urql fall back to the document, by POST where it is told to', async () => {
    const { methods, ask } = urql(false);
    expect((await ask(document)).data).toEqual({ me: null });
    expect(methods).toEqual(['POST', 'POST']);
  });

  it('by urql with GET are learnt from: it sends the first document by GET as well, and every later one by POST', async () => {
    const { methods, ask } = urql('force');
    expect((await ask(document)).data).toBeUndefined(); // @urql/exchange-persisted 5 keeps its method for that one
    expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect(methods).toEqual(['GET', 'GET', 'POST']);
  });
});
