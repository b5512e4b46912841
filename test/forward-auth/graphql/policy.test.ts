import type { OperationTypeNode } from 'graphql';
import { Failure } from '../../../src/errors';
import { type OperationLimits, operationLimitRanges } from '../../../src/graphql/graphql.settings';
import { createFieldTable } from '../../../src/policy/field-rules';
import { createUpstreamRules } from '../../../src/policy/operation-rules';
import { PolicyError, readUpstreamPolicy } from '../../../src/policy/policy';
import { runCommand } from '../../support/command';
import { openHouse } from '../../support/house';
import { manifestOf, writePolicy } from '../../support/upstream';

const faultsOf = (policy: unknown, files: Readonly<Record<string, string>> = {}): readonly string[] => {
  try {
    readUpstreamPolicy(writePolicy(policy, files), () => undefined);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.faults;
    throw error;
  }
};

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  interface Node { id: ID! owner: User }
  type User implements Node @key(fields: "id") { id: ID! owner: User name: String email: String orders: [Order!]! }
  type Order implements Node { id: ID! owner: User margin: Float }
  union Found = User | Order
  type Refund { query: Query user: User }
  type Query { user(id: ID!): User node(id: ID!): Node search: [Found!]! orders: [Order!]! }
  type Mutation { refund(id: ID!): Refund }
`;

const fields = {
  'Query.user': 'public',
  'Query.node': 'public',
  'Query.search': 'public',
  'Query.__schema': ['ADMIN'],
  'Mutation.*': 'authenticated',
  'User.email': ['SUPPORT'],
  'Order.*': 'authenticated',
  'Order.margin': ['ADMIN'],
  'Node.owner': ['OWNER'],
};

describe('the file of AUTH_UPSTREAM_POLICY', () => {
  it('tells every fault at once, with its place', () => {
    const faults = faultsOf({
      endpoints: {
        graphql: { fields: {} },
        '/a': {
          fields: { 'Query.a': 'anyone', 'Query.b': [], 'Query.c': ['an admin'], Query: 'public', 'User.name': 'public' },
          limit: {},
        },
        '/b': { fields: {}, limits: { maxDepth: 0, maxWidth: 1 }, ignoredParameters: ['debug', 'Query'] },
      },
      extra: 1,
    });
    const access =
      'must be "public", "authenticated", a list of roles (1 to 64 letters, digits and _ - . :), or an object of roles, permissions, scopes and freshSeconds';
    expect(faults).toEqual(
      expect.arrayContaining([
        'policy endpoints graphql: must be a path, such as /graphql',
        `policy endpoints /a fields Query.a: ${access}`,
        `policy endpoints /a fields Query.b: ${access}`,
        `policy endpoints /a fields Query.c: ${access}`,
        'policy endpoints /a fields Query: must be named Type.field or Type.*',
        'policy endpoints /a limit: is not known here',
        'policy endpoints /b limits maxDepth: must be a whole number from 1 to 100',
        'policy endpoints /b limits maxWidth: is not known here',
        "policy endpoints /b ignoredParameters 1: must not be GraphQL's own",
        'policy extra: is not known here',
      ]),
    );
  });

  it('refuses a rule that no request could meet, and a file that cannot be read', () => {
    const at = (endpoint: object) => ({ endpoints: { '/graphql': endpoint } });
    expect(faultsOf(at({ fields: { 'User.email': 'public' } }))).toEqual([
      'endpoints /graphql fields User.email: needs the schema; without it only Query, Mutation, Subscription can be named',
    ]);
    const misspelt = {
      'Query.user': 'public',
      'Query.usr': 'public',
      'Usr.email': 'public',
      'Found.id': 'public',
      'Query.toString': 'public',
      'User.__schema': 'public',
    };
    expect(faultsOf(at({ fields: misspelt, schema: 's.graphql' }), { 's.graphql': sdl })).toEqual([
      'endpoints /graphql fields Query.usr: the schema has no such field',
      'endpoints /graphql fields Usr.email: the schema has no such type with fields',
      'endpoints /graphql fields Found.id: the schema has no such type with fields',
      'endpoints /graphql fields Query.toString: the schema has no such field',
      'endpoints /graphql fields User.__schema: the schema has no such field',
    ]);
    expect(faultsOf(at({ fields, schema: 'gone.graphql', trustedDocuments: 'gone.json' }))).toEqual([
      'endpoints /graphql schema: must be a file in UTF-8 that can be read',
      'endpoints /graphql trustedDocuments: must be a file in UTF-8 that can be read',
    ]);
    expect(faultsOf(at({ fields, schema: 's.graphql' }), { 's.graphql': 'type Query { a: Gone }' })).toHaveLength(1);
    expect(faultsOf(at({ fields: {}, trustedDocuments: 'm.json' }), { 'm.json': manifestOf({ a: '{ x', b: '{ x }' }) })).toEqual([
      'endpoints /graphql trustedDocuments a: must be a GraphQL document',
    ]);
    expect(faultsOf(at({ fields: {}, trustedDocuments: 'm.json' }), { 'm.json': manifestOf({ a: '{ x(y: """z""") #\r\n }' }) })).toEqual([
      'endpoints /graphql trustedDocuments a: must have no block string, nor """ anywhere: services differ about where one ends',
    ]);
    expect(
      faultsOf(at({ fields: {}, trustedDocuments: 'm.json' }), { 'm.json': '{"format":"other","version":1,"operations":[]}' }),
    ).toHaveLength(1);
  });

  it('is JSON in which no name comes twice', () => {
    const wrong = ['policy: must be JSON, with each name once in an object'];
    expect(faultsOf('{"endpoints":')).toEqual(wrong);
    expect(faultsOf('{"endpoints":{"/graphql":{"fields":{"Query.a":["ADMIN"],"Query.a":"public"}}}}')).toEqual(wrong);
    expect(faultsOf('{"endpoints":{"/graphql":{"fields":{"Query.a":["ADMIN"],"\\u0051uery.a":"public"}}}}')).toEqual(wrong);
    expect(faultsOf(' '.repeat(1024 * 1024 + 1))).toEqual(['policy: must be a file of at most 1048576 bytes']);
    expect(faultsOf('{"endpoints":{"/a":{"fields":{"Query.a":"public"}},"/b":{"fields":{"Query.a":"public"}}}}')).toEqual([]);
  });
});

describe('a gateway with a wrong policy', () => {
  const AUTH_UPSTREAM_POLICY = writePolicy({ endpoints: { '/graphql': { fields: { 'Query.a': 'anyone', 'User.b': 'public' } } } });
  const fault = /endpoints \/graphql fields Query\.a: must be "public"/;

  it('does not start, and config check and doctor say why', async () => {
    await expect(openHouse('sqlite', { AUTH_UPSTREAM_POLICY })).rejects.toThrow(fault);
    const house = { databaseUrl: 'file:./none.db', environment: { AUTH_UPSTREAM_POLICY, PUBLIC_URL: 'http://127.0.0.1:9' } };
    const check = await runCommand(house, ['config', 'check']);
    expect([check.code, check.out]).toEqual([1, '']);
    expect(check.err).toMatch(fault);
    const { findings } = JSON.parse((await runCommand(house, ['doctor', '--json'])).out) as {
      findings: { subject: string; what: string }[];
    };
    expect(findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ subject: 'policy', state: 'wrong', what: expect.stringMatching(fault) })]),
    );
  });
});

describe('rules with the schema of the service', () => {
  const limits = Object.fromEntries(
    Object.entries(operationLimitRanges).map(([name, [, most]]) => [name, most]),
  ) as unknown as OperationLimits;
  const endpoint = readUpstreamPolicy(
    writePolicy({ endpoints: { '/graphql': { fields, schema: 's.graphql', limits: { maxDepth: 8 } } } }, { 's.graphql': sdl }),
    () => undefined,
  ).get('/graphql');
  if (endpoint === undefined) throw new Error('the policy has the path');
  const rules = createUpstreamRules(endpoint, limits);
  const needs = (document: string): unknown => {
    try {
      return rules.requirementsOf(document, null).needed;
    } catch (error) {
      if (error instanceof Failure) return error.code;
      throw error;
    }
  };

  it('reach every field, through lists, interfaces, unions and fragments', () => {
    expect(needs('{ user(id: 1) { name } }')).toEqual(['public']);
    expect(needs('{ user(id: 1) { email } }')).toEqual(['public', ['SUPPORT']]);
    expect(needs('{ user(id: 1) { orders { id margin } } }')).toEqual(['public', 'authenticated', ['ADMIN']]);
    expect(needs('{ search { ... on User { email } ... on Order { margin } } }')).toEqual(['public', ['SUPPORT'], ['ADMIN']]);
    expect(needs('{ search { ...F } } fragment F on Found { ... on Order { ...G } } fragment G on Order { margin }')).toEqual([
      'public',
      ['ADMIN'],
    ]);
    expect(needs('{ search { __typename } }')).toEqual(['public']);
  });

  it('count an interface for what implements it, and the other way round', () => {
    expect(needs('{ node(id: 1) { id } }')).toEqual(['public', 'authenticated']); // it may be an Order
    expect(needs('{ node(id: 1) { ... on User { id } } }')).toEqual(['public']);
    expect(needs('{ user(id: 1) { owner { name } } }')).toEqual(['public', ['OWNER']]);
    expect(needs('{ node(id: 1) { owner { name } } }')).toEqual(['public', ['OWNER'], 'authenticated']);
  });

  it('count every interface of what implements one, also where the document goes through another', () => {
    const names = writePolicy(
      { endpoints: { '/graphql': { fields: { 'Query.*': 'public', 'Priced.margin': ['ADMIN'] }, schema: 's.graphql' } } },
      {
        's.graphql': `
          interface Listed { id: ID margin: Float }
          interface Priced { margin: Float }
          type Order implements Listed & Priced { id: ID margin: Float }
          union Found = Order
          type Query { listed: Listed priced: Priced order: Order found: Found }
        `,
      },
    );
    const policy = readUpstreamPolicy(names, () => undefined).get('/graphql');
    if (policy === undefined) throw new Error('the policy has the path');
    const { requirementsOf } = createUpstreamRules(policy, limits);
    for (const document of [
      '{ priced { margin } }',
      '{ order { margin } }',
      '{ listed { margin } }',
      '{ found { ... on Listed { margin } } }',
    ])
      expect([document, requirementsOf(document, null).needed]).toEqual([document, ['public', ['ADMIN']]]);
    expect(requirementsOf('{ listed { id } }', null).needed).toEqual(['public']);
  });

  it('look at what implements an interface once, however often a field of it is asked for', () => {
    const { schema } = endpoint;
    if (schema === null) throw new Error('the policy names a schema');
    const table = createFieldTable({ fields: endpoint.fields, directives: endpoint.directives, schema });
    const { inner } = table.find(table.rootOf('query' as OperationTypeNode), 'node');
    if (inner === null) throw new Error('the schema says what a node is');
    const look = jest.spyOn(schema, 'getPossibleTypes');
    for (let time = 0; time < 250; time += 1) expect(table.find(inner, 'id').rules).toEqual(['authenticated']);
    expect(look).toHaveBeenCalledTimes(1);
    look.mockRestore();
  });

  it('keep the root closed wherever it is reached', () => {
    expect(needs('{ orders { id } }')).toBe('FORBIDDEN');
    expect(needs('mutation { refund(id: 1) { user { name } } }')).toEqual(['authenticated']);
    expect(needs('mutation { refund(id: 1) { query { orders { id } } } }')).toBe('FORBIDDEN');
    expect(needs('mutation { refund(id: 1) { query { user(id: 2) { email } } } }')).toEqual(['authenticated', 'public', ['SUPPORT']]);
    expect(needs('{ __schema { types { name } } }')).toEqual([['ADMIN']]);
    expect(needs('{ __type(name: "User") { name } }')).toBe('FORBIDDEN');
  });

  it('refuse what the schema does not have', () => {
    for (const document of [
      '{ user(id: 1) { password } }',
      '{ user(id: 1) { ... on Gone { id } } }',
      '{ user(id: 1) { toString } }',
      '{ user(id: 1) { name { first } } }',
      '{ search { id } }',
      'subscription { orders }',
      '{ user(id: 1) { __schema { types { name } } } }',
      '{ ... on String { length } }',
    ])
      expect([document, needs(document)]).toEqual([document, 'BAD_REQUEST']);
  });

  it('take the limits of the endpoint in place of our own', () => {
    const nested = (levels: number) => `{ user(id: 1) ${'{ owner '.repeat(levels)} { id } ${'} '.repeat(levels)} }`;
    expect(needs(nested(6))).toEqual(['public', ['OWNER']]);
    expect(needs(nested(7))).toBe('OPERATION_TOO_DEEP');
  });

  it('cost as much as the document is long, not as what it unfolds to', () => {
    const levels = 200;
    const fragment = (n: number) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`;
    const document = `{ user(id: 1) { ...F0 } } ${Array.from({ length: levels }, (_, n) => fragment(n)).join(' ')} fragment F${levels} on User { email }`;
    const unlimited = createUpstreamRules(
      { ...endpoint, limits: { maxFields: Number.POSITIVE_INFINITY, maxCost: Number.POSITIVE_INFINITY } },
      limits,
    );
    expect(unlimited.requirementsOf(document, null).needed).toEqual(['public', ['SUPPORT']]); // 2^200 spreads would never end
  });
});
