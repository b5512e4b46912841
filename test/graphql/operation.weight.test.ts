import { buildSchema, getIntrospectionQuery, parse, visit } from 'graphql';
import { Failure } from '../../src/errors';
import { assumedListSize, weighDocument } from '../../src/graphql/limits/operation.cost';

const schema = buildSchema(`
  interface Named { name: String }
  type Query { me: User  everybody: [User!]!  named: Named }
  type Mutation { login(name: String): User  logout: Boolean }
  type User implements Named { id: ID  name: String  friends: [User!]  best: User }
`);

const weigh = (query: string) => weighDocument(schema, parse(query));
const weightOf = (query: string) => weigh(query).operations[0];

/** What a fragment unfolds to doubles with each of these. */
const doubling = (levels: number, spreads = '...F0'): string =>
  [
    `{ me { ${spreads} } }`,
    ...Array.from({ length: levels }, (_, level) => `fragment F${level} on User { ...F${level + 1} ...F${level + 1} }`),
    `fragment F${levels} on User { id }`,
  ].join(' ');

function nodesIn(query: string): number {
  let nodes = 0;
  visit(parse(query), {
    enter: () => {
      nodes += 1;
    },
  });
  return nodes;
}

describe('the weight of an operation', () => {
  it('has a level for each field inside a field', () => {
    expect(weightOf('{ me { best { id } } }')?.depth).toBe(3);
  });

  it.each([
    ['a fragment', '{ me { ...F } } fragment F on User { best { ...G } } fragment G on User { id }'],
    ['an inline fragment', '{ me { ... on User { ... { best { ... @include(if: true) { id } } } } } }'],
    ['an interface', '{ named { name ... on User { best { id } } } }'],
  ])('counts the same levels through %s', (_, query) => {
    expect(weightOf(query)?.depth).toBe(3);
  });

  it('counts each field where a fragment puts it', () => {
    expect(weightOf('{ me { ...F best { ...F } } } fragment F on User { id name }')?.fields).toBe(6);
  });

  it('takes what is inside a list for as many entries', () => {
    expect(weightOf('{ everybody { id } }')?.cost).toBe(1 + assumedListSize);
    expect(weightOf('{ everybody { ...F } } fragment F on User { friends { id } }')?.cost).toBe(
      1 + assumedListSize * (1 + assumedListSize),
    );
  });

  it('counts what @skip and @include leave out', () => {
    expect(weightOf('{ me @skip(if: true) { id @include(if: false) } }')).toMatchObject({ fields: 2, depth: 2, directives: 2 });
  });

  it('counts aliases and directives wherever they stand', () => {
    const weight = weightOf('query ($a: ID @d) @d { me @d { ...F @d ...F ... @d { b: id } } } fragment F on User @d { a: id @d }');
    expect(weight).toMatchObject({ aliases: 3, directives: 1 + 1 + 1 + 1 + 1 + 2 * 2 });
  });

  it('counts the fields at the root through fragments', () => {
    expect(weightOf('{ me { id } ...F ... { ...F } } fragment F on Query { everybody { id } named { name } }')?.rootFields).toBe(5);
  });

  it('keeps introspection apart, within limits that its standard query meets', () => {
    const weight = weightOf(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }));
    expect(weight).toMatchObject({ depth: 1, fields: 1, cost: 1 });
    expect(weight?.introspectionDepth).toBeLessThan(20);
    expect(weight?.introspectionFields).toBeLessThan(300);
  });

  it.each([
    ['aliases', 'mutation { a: login(name: "a") { id } b: login(name: "b") { id } }'],
    ['a fragment spread next to it', 'mutation { login { id } ...F } fragment F on Mutation { b: login { id } }'],
    [
      'fragments in fragments',
      'mutation { ...F ...G } fragment F on Mutation { ... { a: login { id } } } fragment G on Mutation { b: login { id } }',
    ],
    ['inline fragments', 'mutation { ... { a: login { id } } ... on Mutation @skip(if: false) { b: login { id } } }'],
  ])('sees a mutation that runs twice through %s', (_, query) => {
    expect(weightOf(query)?.repeated).toBe('login');
  });

  it('takes a mutation that is written twice and runs once for one', () => {
    expect(weightOf('mutation { login { id } ...F } fragment F on Mutation { login { name } logout }')?.repeated).toBeNull();
  });

  it('knows nothing of fields that are not there, and still counts them', () => {
    expect(weightOf('{ nobody { nothing { ...F } } } fragment F on Nowhere { id }')).toMatchObject({ depth: 3, fields: 3 });
  });
});

describe('weighing', () => {
  it('looks at no node twice, whatever a document unfolds to', () => {
    const query = doubling(60);
    const { operations, visitedNodes } = weigh(query);
    expect(operations[0]?.fields).toBeGreaterThanOrEqual(2 ** 60);
    expect(visitedNodes).toBeLessThanOrEqual(nodesIn(query));
  });

  it('does work that grows with the length of the document', () => {
    const [short, long] = [doubling(20), doubling(40)].map((query) => weigh(query).visitedNodes);
    expect(Number(long) / Number(short)).toBeLessThan(2.1);
  });

  it('shares the fragments among all operations and all spreads', () => {
    const query = doubling(30, '...F0 '.repeat(50)) + Array.from({ length: 50 }, (_, n) => ` query Q${n} { me { ...F0 } }`).join('');
    expect(weigh(query).visitedNodes).toBeLessThanOrEqual(nodesIn(query));
  });

  it.each([
    ['itself', '{ me { ...A } } fragment A on User { ...A }'],
    [
      'itself by way of others',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { me { id } ...C } fragment C on Query { ...A }',
    ],
    ['itself within a field', '{ me { ...A } } fragment A on User { best { ...A } }'],
    ['itself, though no operation uses it', '{ me { id } } fragment A on User { ...A }'],
  ])('refuses a fragment that contains %s', (_, query) => {
    expect(() => weigh(query)).toThrow(new Failure('GRAPHQL_VALIDATION_FAILED'));
  });
});
