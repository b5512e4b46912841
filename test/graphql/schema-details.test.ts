import { readFileSync } from 'node:fs';
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

/** Faults of every rule of graphql-js whose message names what the schema has. */
const telling = [
  ...misspelt,
  'mutation { login(input: { username: "x" }) { accessToken } }',
  'mutation { login { accessToken } }',
  'mutation { login(input: 7) { accessToken } }',
  'mutation { login(input: { username: 7, password: "x" }) { accessToken } }',
  'mutation { logout(input: { scope: 7 }) { endedSessions } }',
  'query($x: Session) { __typename }',
  'mutation($x: String) { revokeSession(id: $x) { endedSessions } }',
  '{ profile { ... on Session { id } } }',
  '{ profile { id: username id } }',
  '{ profile { a: id } ... { profile { a: roles } } }',
  '{ profile { id { x } } }',
  '{ sessions }',
  '{ ...F } fragment F on String { length }',
  '{ ... on LogoutScope { x } }',
  '{ profile { ...G } } fragment G on Query { me { id } }',
  'query @deprecated { __typename }',
  '{ profile { id @include } }',
  '{ profile { id @include(if: "x") } }',
  'mutation { login(input: { username: "x", username: "y", password: "x" }) { accessToken } }',
];

/** A literal that is no text, wherever it may stand. */
const numbers = [
  'mutation { login(input: 31337) { accessToken } }',
  'mutation { login(input: 31337.5) { accessToken } }',
  'mutation { login(input: [31337]) { accessToken } }',
  'mutation { login(input: { username: 31337, password: "x" }) { accessToken } }',
  'mutation { login(input: { username: [31337, [31337]], password: { a: [31337] } }) { accessToken } }',
  'mutation { login(input: { password: { a: { b: 31337 } }, nothing: 31337 }) { accessToken } }',
  'mutation { logout(input: { scope: 31337 }) { endedSessions } }',
  'query($x: Boolean = 31337) { __typename @include(if: $x) }',
  '{ profile { id @include(if: 31337) } }',
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

  it('names no type of the schema, and nothing that the document does not name, unless introspection is on', async () => {
    const schema = readFileSync('schema.graphql', 'utf8');
    const names = [...schema.matchAll(/^(?:type|input|enum|scalar|interface|union) (\w+)|^ {2}(\w+)(?=[(:]|$)/gm)].map(
      ([, type, field]) => type ?? field ?? '',
    );
    for (const query of telling) {
      const { body } = await postGraphQL(house, query);
      const messages = (body.errors as { message: string }[]).map(({ message }) => message).join(' ');
      const told = [...new Set([...names, 'String', 'Boolean', 'ID', 'Int'])].filter(
        (name) => /[A-Z]|.{8}/.test(name) && new RegExp(`\\b${name}\\b`).test(messages) && !new RegExp(`\\b${name}\\b`).test(query),
      );
      if (!isOpen) expect([query, messages, told]).toEqual([query, messages, []]);
    }
  });

  it('names the type of a variable that does not fit only where introspection is on', async () => {
    const { body } = await postGraphQL(house, 'mutation($id: ID!) { revokeSession(id: $id) { endedSessions } }', { id: { a: 1 } });
    expect(body.errors[0].extensions.issues).toEqual([{ path: 'id', message: isOpen ? 'must be a ID' : 'does not fit its type' }]);
  });

  it('gives no literal back that is a number, in a list or an object neither', async () => {
    for (const query of numbers) {
      const { status, text } = await postGraphQL(house, query);
      expect([query, status, text]).toEqual([query, 400, expect.not.stringContaining('31337')]);
    }
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
