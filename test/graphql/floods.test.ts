import { print } from 'graphql';
import * as operations from '../../packages/client/src/operations';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const login = print(operations.LoginDocument);

describe('a flood', () => {
  it('of faults in a document is answered with 20 of them, and their number', async () => {
    const { status, body } = await postGraphQL(house, `{ me { ${Array.from({ length: 200 }, (_, n) => `f${n}`).join(' ')} } }`);
    expect([status, body.errors.length]).toEqual([400, 50]);
  });

  it('of faults in the variables is answered with 50 of them', async () => {
    const input = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`n${n}`, n]));
    const { status, body } = await postGraphQL(house, login, { input });
    const { code, issues, issueCount } = body.errors[0].extensions;
    expect([status, code, issues.length, issueCount]).toEqual([400, 'BAD_USER_INPUT', 20, 91]);
  });

  it('of fields is refused before the token costs a query', async () => {
    const { accessToken } = await newPerson(house);
    const queries = house.queries.length;
    const { body } = await postGraphQL(house, `{ ${'profile { id } '.repeat(11)} }`, {}, accessToken);
    expect([body.errors[0].extensions.code, house.queries.length]).toEqual(['TOO_MANY_ROOT_FIELDS', queries]);
  });
});

describe('a query by its hash', () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  it.each([
    ['alone', { extensions }],
    ['with a query to be kept under it', { query: '{ __typename }', extensions }],
  ])('is not supported, %s: nobody can put another query there', async (_, body) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${house.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(response.status).toBe(200); // Apollo's: clients send the document next
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }] });
  });
});
