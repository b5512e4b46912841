import { getIntrospectionQuery, print } from 'graphql';
import * as operations from '../../packages/client/src/operations';
import { newPerson, postGraphQL, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';

const repeat = (count: number, part: (position: number) => string): string => Array.from({ length: count }, (_, n) => part(n)).join(' ');

/** Two levels of fields a step. */
const deep = (steps: number): string => `{ me ${'{ sessions { user '.repeat(steps)}{ id }${' } }'.repeat(steps)} }`;
const credentials = '(input: { username: "nobody", password: "a quiet garden gate" })';

/** Each attack with the code that answers it. */
const attacks: readonly (readonly [string, string, string])[] = [
  ['too many tokens', `{ me { ${'id '.repeat(1_000)} } }`, 'OPERATION_TOO_LONG'],
  ['a megabyte of brackets within the body limit', `{ me(a: ${'['.repeat(50_000)}`, 'OPERATION_TOO_LONG'],
  ['too many levels', deep(5), 'OPERATION_TOO_DEEP'],
  [
    'too many levels through fragments',
    `{ me { ...F0 } } ${repeat(10, (n) => `fragment F${n} on User { sessions { user { ...F${n + 1} } } }`)} fragment F10 on User { id }`,
    'OPERATION_TOO_DEEP',
  ],
  ['nested lists', '{ me { sessions { user { sessions { user { sessions { id userAgent } } } } } } }', 'OPERATION_TOO_COSTLY'],
  [
    'fragments that double',
    `{ me { ...F0 } } ${repeat(40, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F40 on User { id }`,
    'TOO_MANY_FIELDS',
  ],
  [
    'fragments that double within introspection',
    `{ __schema { types { ...F0 } } } ${repeat(22, (n) => `fragment F${n} on __Type { ofType { ...F${n + 1} } ofType { ...F${n + 1} } }`)} fragment F22 on __Type { name }`,
    'OPERATION_TOO_DEEP',
  ],
  ['a flood of one field', `{ me { ${'id '.repeat(300)} } }`, 'TOO_MANY_FIELDS'],
  ['a flood of unknown fields', `{ me { ${repeat(300, (n) => `f${n}`)} } }`, 'TOO_MANY_FIELDS'],
  ['a flood of __typename', `{ ${'__typename '.repeat(11)} }`, 'TOO_MANY_ROOT_FIELDS'],
  ['a flood of skipped roots', `{ ${'me @skip(if: true) { id } '.repeat(11)} }`, 'TOO_MANY_ROOT_FIELDS'],
  ['a flood of aliases', `{ me { ${repeat(16, (n) => `a${n}: id`)} } }`, 'TOO_MANY_ALIASES'],
  ['aliases in a fragment', `{ me { ...F ...F } } fragment F on User { ${repeat(8, (n) => `a${n}: id`)} }`, 'TOO_MANY_ALIASES'],
  ['repeated directives', `{ me { id ${'@include(if: true) '.repeat(21)} } }`, 'TOO_MANY_DIRECTIVES'],
  ['unknown directives', `query ${'@x '.repeat(21)} { me { id } }`, 'TOO_MANY_DIRECTIVES'],
  ['directives in an unused fragment', `{ me { id } } fragment F on User { id ${'@x '.repeat(21)} }`, 'TOO_MANY_DIRECTIVES'],
  ['aliased logins', `mutation { ${repeat(3, (n) => `a${n}: login${credentials} { accessToken }`)} }`, 'MUTATION_REPEATED'],
  [
    'logins in fragments',
    `mutation { ...A ... on Mutation { ...B } } fragment A on Mutation { a: login${credentials} { tokenType } } fragment B on Mutation { b: login${credentials} { tokenType } }`,
    'MUTATION_REPEATED',
  ],
  [
    'a login twice in the operation that is not chosen',
    `query Chosen { me { id } } mutation { ${repeat(2, (n) => `a${n}: login${credentials} { tokenType }`)} }`,
    'MUTATION_REPEATED',
  ],
  ['empty lines before many faults', `${'\n'.repeat(1_000)}{ me { ${repeat(60, (n) => `u${n}`)} } }`, 'OPERATION_TOO_LONG'],
  ['lines of comments that end as on an old Mac', `${'#\r'.repeat(1_000)}{ nothing }`, 'OPERATION_TOO_LONG'],
  ['a block string of empty lines', `{ me(a: """${'\n'.repeat(1_000)}""") { id } }`, 'OPERATION_TOO_LONG'],
  ['a fragment in itself', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }', 'GRAPHQL_VALIDATION_FAILED'],
  ['a long list in the document', `mutation { login(input: [${'1 '.repeat(101)}]) { tokenType } }`, 'INPUT_TOO_LARGE'],
  ['deep lists in the document', `mutation { login(input: ${'['.repeat(6)}${']'.repeat(6)}) { tokenType } }`, 'INPUT_TOO_DEEP'],
  ['deep objects as a default', `query ($a: ID = ${'{ a: '.repeat(6)}1${' }'.repeat(6)}) { me { id } }`, 'INPUT_TOO_DEEP'],
];

/** Large, and what somebody may well send. */
const allowed: readonly (readonly [string, string])[] = [
  ['ten levels', `{ me { sessions { user { sessions { id } } } } }`],
  ['fragments used often', '{ me { ...F sessions { user { ...F } } } } fragment F on User { id username email }'],
  ['15 aliases', `{ me { ${repeat(15, (n) => `a${n}: id`)} } }`],
  ['20 directives', `{ me { ${repeat(20, (n) => `id @include(if: ${n % 2 === 0})`)} } }`],
  ['a thousand lines', `${'# why\n'.repeat(999)}{ me { id } }`],
  ['ten roots', `{ ${repeat(10, () => '__typename')} }`],
  ['the standard introspection', getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true })],
];

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

describe('an operation past a limit', () => {
  it.each(attacks)('is refused for %s', async (_, query, code) => {
    const [queries, hashes] = [house.queries.length, house.app.services.hashing().completed];
    const { status, body, headers } = await postGraphQL(house, query, {}, 'a.broken.token');
    expect([status, body.errors?.[0].extensions.code]).toEqual([400, code]);
    expect(body).toEqual({
      errors: [{ message: expect.any(String), extensions: expect.objectContaining({ requestId: expect.any(String) }) }],
    });
    expect(headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect([house.queries.length, house.app.services.hashing().completed]).toEqual([queries, hashes]);
  });

  it('says the rule that it breaks, and nothing of what was sent', async () => {
    const { body } = await postGraphQL(house, deep(5));
    expect(body.errors[0].extensions.issues).toEqual([{ path: 'query', message: 'must have at most 10 levels of fields' }]);
  });

  it('answers 400 to clients that ask for application/json, too', async () => {
    const { status, headers } = await postGraphQL(house, deep(5), {}, undefined, { accept: 'application/json' });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
  });

  it.each([
    ['long lists', { input: Array.from({ length: 101 }, () => 'x') }, 'INPUT_TOO_LARGE'],
    ['long lists inside', { input: { password: Array.from({ length: 5_000 }, () => 0) } }, 'INPUT_TOO_LARGE'],
    ['objects with many names', { input: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`n${n}`, n])) }, 'INPUT_TOO_LARGE'],
    ['many variables', Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`n${n}`, n])), 'INPUT_TOO_LARGE'],
    ['deep lists', { input: JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) }, 'INPUT_TOO_DEEP'],
    ['deep objects', { input: JSON.parse(`${'{"a":'.repeat(6)}1${'}'.repeat(6)}`) }, 'INPUT_TOO_DEEP'],
  ])('is refused for variables with %s', async (_, variables, code) => {
    const queries = house.queries.length;
    const { status, body } = await postGraphQL(house, print(operations.LoginDocument), variables);
    expect([status, body.errors[0].extensions.code]).toEqual([400, code]);
    expect(house.queries.length).toBe(queries);
  });
});

describe('an operation within the limits', () => {
  it.each(allowed)('runs with %s', async (_, query) => {
    const { accessToken } = await someone();
    const { status, body } = await postGraphQL(house, query, {}, accessToken);
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it('is judged anew with other variables after it has been admitted', async () => {
    const login = print(operations.LoginDocument);
    await postGraphQL(house, login, { input: { username: uniqueName(), password: 'a quiet garden gate' } });
    const { body } = await postGraphQL(house, login, { input: Array.from({ length: 101 }, () => 'x') });
    expect(body.errors[0].extensions.code).toBe('INPUT_TOO_LARGE');
  });

  it('may hold different mutations, which run in order and do not lend each other their token', async () => {
    const { username, password } = await someone();
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { tokenType } logout { endedSessions } }';
    const { body } = await postGraphQL(house, query, { input: { username, password } });
    expect(body.errors).toMatchObject([{ path: ['logout'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('may end several sessions', async () => {
    const { accessToken } = await someone();
    const query = 'mutation { a: revokeSession(id: "x") { endedSessions } b: revokeSession(id: "y") { endedSessions } }';
    const { body } = await postGraphQL(house, query, {}, accessToken);
    expect(body.errors[0].extensions.code).not.toBe('MUTATION_REPEATED');
  });
});

describe('the limits', () => {
  const stricter = [
    ['AUTH_GRAPHQL_MAX_TOKENS', '100', `{ me { ${'id '.repeat(100)} } }`, 'OPERATION_TOO_LONG'],
    ['AUTH_GRAPHQL_MAX_DEPTH', '3', '{ me { sessions { user { id } } } }', 'OPERATION_TOO_DEEP'],
    ['AUTH_GRAPHQL_MAX_FIELDS', '20', `{ me { ${'id '.repeat(20)} } }`, 'TOO_MANY_FIELDS'],
    ['AUTH_GRAPHQL_MAX_ROOT_FIELDS', '3', '{ __typename __typename __typename __typename }', 'TOO_MANY_ROOT_FIELDS'],
    ['AUTH_GRAPHQL_MAX_COST', '50', '{ sessions { id current userAgent ipAddress createdAt } }', 'OPERATION_TOO_COSTLY'],
    ['AUTH_GRAPHQL_MAX_ALIASES', '0', '{ a: me { id } }', 'TOO_MANY_ALIASES'],
    ['AUTH_GRAPHQL_MAX_DIRECTIVES', '0', '{ me @skip(if: false) { id } }', 'TOO_MANY_DIRECTIVES'],
    ['AUTH_GRAPHQL_MAX_LIST_ENTRIES', '10', `mutation { revokeSession(id: [${'1 '.repeat(11)}]) { endedSessions } }`, 'INPUT_TOO_LARGE'],
    ['AUTH_GRAPHQL_MAX_INPUT_DEPTH', '1', 'mutation { revokeSession(id: [[1]]) { endedSessions } }', 'INPUT_TOO_DEEP'],
  ] as const;
  let strict: House;
  beforeAll(async () => {
    strict = await openHouse('sqlite', Object.fromEntries(stricter.map(([variable, value]) => [variable, value])));
  });
  afterAll(() => strict.close());

  it.each(stricter)('%s is a setting', async (_variable, _value, query, code) => {
    expect((await postGraphQL(strict, query)).body.errors[0].extensions.code).toBe(code);
    expect((await postGraphQL(house, query)).body.errors?.[0].extensions.code).not.toBe(code);
  });
});

let person: Awaited<ReturnType<typeof newPerson>> | undefined;
const someone = async () => {
  person ??= await newPerson(house);
  return person;
};
