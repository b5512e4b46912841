import { ApolloServer } from '@apollo/server';
import { buildSchema, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../../src/context';
import { badInput, Failure } from '../../src/errors';
import { formatError } from '../../src/graphql/format-error';
import { type GraphQLServer, openGraphQLServer } from '../../src/graphql/graphql.server';
import { createLogger, createTellHidden } from '../../src/log';

const settings = {
  introspection: true,
  operationLimits: {
    maxTokens: 1_000,
    maxDepth: 10,
    maxFields: 200,
    maxRootFields: 20,
    maxCost: 2_000,
    maxAliases: 30,
    maxDirectives: 30,
    maxListEntries: 100,
    maxInputDepth: 10,
  },
};

const types = `
  type Query { me: Person people: [Person] strict: Person! add(left: Int!, right: Int = 2): Int }
  type Mutation { change(name: String!): Person fail: Person }
  interface Named { name: String! }
  type Person implements Named { name: String! age: Int late: String refused: String input: String defect: String text: String wrong: Int missing: String! friend: Person }
`;

const person = (name: string): object => ({
  name,
  age: 7,
  late: () => new Promise((resolve) => setImmediate(resolve, 'late')),
  refused: () => Promise.reject(new Failure('UNAUTHENTICATED', { reason: 'EXPIRED' })),
  input: () => {
    throw badInput({ path: 'name', message: 'must be shorter' });
  },
  defect: async () => {
    throw new TypeError('what nobody may see');
  },
  text: () => {
    throw new GraphQLError('what nobody may see', { extensions: { code: 'OF_ITS_OWN', http: { status: 418 } } });
  },
  wrong: 'not a number',
  missing: null,
  friend: () => person(`${name}'s friend`),
});

/** How often each mutation ran. */
let changes = 0;

function createSchema(): GraphQLSchema {
  const schema = buildSchema(types);
  const resolve = (field: string, resolver: (source: unknown, args: Record<string, unknown>) => unknown): void => {
    const type = schema.getQueryType()?.getFields()[field] ?? schema.getMutationType()?.getFields()[field];
    if (!type) throw new Error(field);
    type.resolve = resolver;
  };
  resolve('me', async () => person('Kate'));
  resolve('people', () => [
    person('Kate'),
    null,
    Promise.reject(new Failure('UNAVAILABLE', {}, { cause: new Error('down') })),
    person('Nora'),
  ]);
  resolve('strict', async () => null);
  resolve('add', (_source, { left, right }) => (left as number) + (right as number));
  resolve('change', (_source, { name }) => {
    changes += 1;
    return person(name as string);
  });
  resolve('fail', async () => {
    changes += 1;
    throw new Failure('WEAK_PASSWORD');
  });
  return schema;
}

const operations: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['plain fields', { query: '{ me { name age } }' }],
  ['aliases', { query: '{ a: me { x: name y: name } b: me { age } }' }],
  ['fragments', { query: '{ me { ...F ... on Named { name } friend { ...F } } } fragment F on Person { age __typename }' }],
  ['a list with nothing in a place', { query: '{ people { name } }' }],
  ['what comes late', { query: '{ me { late name } }' }],
  ['@skip', { query: 'query($on: Boolean!) { me { name age @skip(if: $on) late @include(if: $on) } }', variables: { on: true } }],
  ['@include', { query: 'query($on: Boolean!) { me { name age @skip(if: $on) late @include(if: $on) } }', variables: { on: false } }],
  ['a default', { query: 'query($l: Int!) { add(left: $l) }', variables: { l: 3 } }],
  ['variables', { query: 'query($l: Int!, $r: Int) { add(left: $l, right: $r) }', variables: { l: 3, r: 4 } }],
  ['a null for what may not be null', { query: 'query($l: Int!) { add(left: $l) }', variables: { l: null } }],
  ['one operation of two', { query: 'query A { me { name } } query B { me { age } }', operationName: 'B' }],
  ['an operation that is not there', { query: 'query A { me { name } }', operationName: 'B' }],
  ['a refusal beside data', { query: '{ me { name refused } }' }],
  ['issues beside data', { query: '{ me { name input } }' }],
  ['a defect beside data', { query: '{ me { name defect } }' }],
  ['several of them', { query: '{ me { refused defect a: input text wrong } people { refused } }' }],
  ['an error with a status of its own', { query: '{ me { text } }' }],
  ['a value of another type', { query: '{ me { wrong } }' }],
  ['a null that takes its parent away', { query: '{ me { name missing } }' }],
  ['a null that leaves nothing', { query: '{ me { name } strict { name } }' }],
  ['a mutation', { query: 'mutation { change(name: "Nora") { name } }' }],
  ['a mutation that fails', { query: 'mutation { fail { name } }' }],
  ['a mutation with a field that fails', { query: 'mutation { change(name: "Nora") { name defect } fail { name } }' }],
  ['the schema', { query: '{ __schema { queryType { name fields { name } } } __type(name: "Person") { name } }' }],
  ['the name of the root', { query: '{ __typename }' }],
  ['what does not parse', { query: '{ me {' }],
  ['what does not fit', { query: '{ me { nothing } }' }],
];

describe('what is executed', () => {
  const lines: string[] = [];
  const schema = createSchema();
  const ids = { requestId: '6e3f7c10-0000-4000-8000-000000000000' };
  const context = { requester: ids } as unknown as RequestContext; // what the door itself reads of it
  let door: GraphQLServer;
  let apollo: ApolloServer;
  beforeAll(async () => {
    door = await openGraphQLServer(schema, settings, createTellHidden(createLogger('debug', { write: (line) => void lines.push(line) })));
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    apollo = new ApolloServer({ schema, introspection: true, includeStacktraceInErrorResponses: false, formatError, logger });
  });
  afterAll(async () => {
    await door.close();
    await apollo.stop();
  });

  const ask = async (body: unknown) => (await door.answer({ accept: undefined, body, context })).body;
  const logged = (): unknown[] =>
    lines.splice(0).map((line) => {
      const { msg, defect, cause } = JSON.parse(line);
      return [msg, (defect ?? cause).type];
    });

  /** Apollo's answer, with the request's id in each error. */
  async function askApollo(body: Readonly<Record<string, unknown>>): Promise<string> {
    const { body: answered } = await apollo.executeOperation(body as never, { contextValue: { ...context } });
    if (answered.kind !== 'single') throw new Error('in parts');
    const { errors, data, extensions } = answered.singleResult;
    const named = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, ...ids } }));
    return `${JSON.stringify({ errors: named, data, extensions })}\n`;
  }

  // A variable that does not fit is ours to refuse (variables.ts), before anybody executes.
  it.each(operations.filter(([what]) => !what.startsWith('a null for')))('is answered as by Apollo alone: %s', async (_what, body) => {
    expect(await ask(body)).toBe(await askApollo(body));
    lines.length = 0;
  });

  it.each(operations)('is answered and logged the hundredth time as the first: %s', async (_what, body) => {
    const first = [await ask(body), logged()];
    for (let time = 2; time < 100; time += 1) await ask(body);
    lines.length = 0;
    expect([await ask(body), logged()]).toEqual(first);
    expect(first[0]).not.toContain('what nobody may see');
  });

  it('logs each defect once, and no refusal', async () => {
    await ask({ query: '{ me { refused defect a: input text } people { name } }' });
    expect(logged()).toEqual([
      ['defect', 'GraphQLError'],
      ['unavailable', 'Error'],
      ['defect', 'TypeError'],
    ]);
  });

  it('runs a mutation once, whatever comes of it', async () => {
    changes = 0;
    for (let time = 1; time <= 50; time += 1) {
      await ask({ query: 'mutation { change(name: "Nora") { name defect missing } fail { name } }' });
      expect(changes).toBe(2 * time);
    }
    lines.length = 0;
  });

  it('tells the status of what left no data, to those who read it', async () => {
    const accept = 'application/graphql-response+json';
    const statusOf = async (query: string) => (await door.answer({ accept, body: { query }, context })).status;
    expect(await Promise.all(['{ strict { name } }', '{ me { refused } }', 'mutation { fail { name } }', '{'].map(statusOf))).toEqual([
      500, 200, 200, 400,
    ]);
    lines.length = 0;
  });
});
