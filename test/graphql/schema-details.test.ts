import { postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';

const introspection = [
  '{ __schema { types { name } } }',
  '{ __type(name: "User") { name } }',
  '{ a: __schema { queryType { name } } }',
  '{ ...F } fragment F on Query { __schema { queryType { name } } }',
  '{ ... on Query { __type(name: "User") { fields { name } } } }',
];

/** Misspelt in every place where graphql-js would suggest something. */
const misspelt = [
  '{ profle { id } }',
  '{ profile { usrname } }',
  'mutation { revokeSession(di: "x") { endedSessions } }',
  'mutation { login(input: { usernam: "x", password: "x" }) { accessToken } }',
  'mutation { logout(input: { scope: CURENT }) { endedSessions } }',
  'query($x: Strin) { __typename }',
  '{ profile { ... on Usr { id } } }',
  '{ profile { id @inclde(if: true) } }',
  '{ profile }',
  '{ profile { ...Nothing } }',
];

describe.each([
  ['production', { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test' }, false],
  [
    'production, with AUTH_INTROSPECTION=on',
    { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test', AUTH_INTROSPECTION: 'on' },
    true,
  ],
  ['development', {}, true],
  ['development, with AUTH_INTROSPECTION=off', { AUTH_INTROSPECTION: 'off' }, false],
] as const)('in %s', (_name, environment, isOpen) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', environment);
  });
  afterAll(() => house.close());

  it('shows the schema to introspection only where that is on', async () => {
    for (const query of introspection) {
      const { status, body, text } = await postGraphQL(house, query);
      if (isOpen) expect([status, body.errors]).toEqual([200, undefined]);
      else {
        expect([status, body.errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
        expect(body.errors[0].message).toBe('Introspection is switched off.');
        expect(text).not.toContain('Apollo');
      }
    }
    expect((await postGraphQL(house, '{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  });

  it('tells a misspelt document what the schema has only where introspection is on', async () => {
    const texts: string[] = [];
    for (const query of misspelt) {
      const { status, body, text } = await postGraphQL(house, query);
      expect([query, status, body.errors[0].extensions.code]).toEqual([query, 400, 'GRAPHQL_VALIDATION_FAILED']);
      texts.push(text);
    }
    if (isOpen) expect(texts.join()).toContain('Did you mean \\"profile\\"?');
    else expect(texts.join()).not.toMatch(/did you mean/i);
  });

  it('errors have a code, a request id, and nothing of the inside', async () => {
    for (const query of ['{', '{ nothing }', '{ profile { id } }', 'mutation { login(input: { password: "" }) { accessToken } }']) {
      const { body, headers } = await postGraphQL(house, query);
      for (const { extensions } of body.errors) {
        expect(extensions).toMatchObject({ code: expect.any(String), requestId: headers.get('x-request-id') });
        for (const name of Object.keys(extensions))
          expect(['code', 'requestId', 'reason', 'issues', 'issueCount', 'retryAfterSeconds']).toContain(name);
      }
    }
  });
});
