import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import {
  createGatehouse,
  errorCodes,
  findGatehouseError,
  GatehouseError,
  gatehouseErrorOf,
  isGatehouseError,
  LoginDocument,
  RegisterDocument,
} from '../../packages/client/src/index';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const wrong = { username: 'nobody', password: 'not the password' };
const short = { username: 'x', email: 'x@example.com', password: 'short' };

/** The same two refusals, as each client throws them. */
const clients: Record<string, (operation: 'login' | 'register') => Promise<unknown>> = {
  'the client itself': (operation) => {
    const gatehouse = createGatehouse({ url: house.url });
    return operation === 'login' ? gatehouse.login(wrong) : gatehouse.register(short);
  },
  'Apollo Client': (operation) => {
    const apollo = new ApolloClient({ link: new HttpLink({ uri: `${house.url}/graphql` }), cache: new InMemoryCache() });
    return operation === 'login'
      ? apollo.mutate({ mutation: LoginDocument, variables: { input: wrong } })
      : apollo.mutate({ mutation: RegisterDocument, variables: { input: short } });
  },
  urql: async (operation) => {
    const urql = new Client({ url: `${house.url}/graphql`, preferGetMethod: false, exchanges: [fetchExchange] });
    const { error } =
      operation === 'login'
        ? await urql.mutation(LoginDocument, { input: wrong })
        : await urql.mutation(RegisterDocument, { input: short });
    throw error;
  },
  'graphql-request': (operation) => {
    const client = new GraphQLClient(`${house.url}/graphql`);
    return operation === 'login' ? client.request(LoginDocument, { input: wrong }) : client.request(RegisterDocument, { input: short });
  },
  'the REST door': async (operation) => {
    const response = await fetch(`${house.url}/v1/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(operation === 'login' ? wrong : short),
    });
    throw await response.json();
  },
};

describe.each(Object.entries(clients))('isGatehouseError, for %s', (_name, send) => {
  const thrown = (operation: 'login' | 'register') =>
    send(operation).then(
      () => null,
      (error: unknown) => error,
    );

  it('knows the code, and no other', async () => {
    const error = await thrown('login');
    expect(isGatehouseError(error)).toBe(true);
    expect(isGatehouseError(error, 'INVALID_CREDENTIALS')).toBe(true);
    expect(isGatehouseError(error, 'RATE_LIMITED')).toBe(false);
    expect(findGatehouseError(error)?.details.requestId).toMatch(/^[\w-]{36}$/);
  });

  it('leads to the details', async () => {
    const error = await thrown('register');
    if (!isGatehouseError(error, 'WEAK_PASSWORD')) throw error;
    const { code, details } = gatehouseErrorOf(error);
    const exactly: 'WEAK_PASSWORD' = code;
    expect([exactly, details.issues?.[0]?.path]).toEqual(['WEAK_PASSWORD', 'password']);
  });
});

it('takes nothing else for an error of the gateway', () => {
  const cyclic = new Error('x');
  cyclic.cause = cyclic;
  const others = [null, undefined, 'UNAVAILABLE', new Error('x'), cyclic, { code: 'ENOENT' }, { errors: 'NOT_FOUND' }];
  for (const other of [...others, { extensions: { code: 'SOMEBODY_ELSES' } }, { code: 'NOT_FOUND' }])
    expect([isGatehouseError(other), findGatehouseError(other)]).toEqual([false, null]);
  expect(isGatehouseError(new Error('wrapped', { cause: new GatehouseError('x', 'UNAVAILABLE') }), 'UNAVAILABLE')).toBe(true);
});

it('has each code once', () => {
  expect(errorCodes).toEqual([...new Set(errorCodes)]);
});
