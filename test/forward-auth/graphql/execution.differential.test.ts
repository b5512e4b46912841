import fc from 'fast-check';
import { buildSchema, execute, type GraphQLFieldResolver, isInterfaceType, isObjectType, parse } from 'graphql';
import { rolesOf } from '../../../src/access/access';
import { Failure } from '../../../src/errors';
import { type OperationLimits, operationLimitRanges } from '../../../src/graphql/graphql.settings';
import { createUpstreamRules } from '../../../src/policy/operation-rules';
import { parseStrictJson } from '../../../src/settings/strict-json';

const schema = buildSchema(`
  interface Node { id: ID owner: User }
  type User implements Node { id: ID owner: User name: String found: [Found] root: Query }
  type Order implements Node { id: ID owner: User margin: Float }
  union Found = User | Order
  type Query { user: User node: Node found: [Found] order: Order }
  type Mutation { refund: Order pay: User }
`);
const limits = Object.fromEntries(
  Object.entries(operationLimitRanges).map(([name, [, most]]) => [name, most]),
) as unknown as OperationLimits;

/** Each field has a role of its own, so that what is needed tells the fields that were seen. */
const ruleOf = (type: string, field: string): string => `${type}.${field}`;
const objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
const fields = new Map(
  [...objects, ...Object.values(schema.getTypeMap()).filter(isInterfaceType)].flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).map((field) => [ruleOf(type.name, field), [ruleOf(type.name, field)]] as const)
      : [],
  ),
);
const none = { trustedDocuments: new Map(), ignoredParameters: new Set<string>(), limits: {}, directives: new Map(), served: null };
const withSchema = createUpstreamRules({ fields, schema, ...none }, limits);
const withoutSchema = createUpstreamRules({ fields, schema: null, ...none }, limits);

/** The fields that graphql-js runs, by object type. */
async function executedFields(document: string, yes: boolean): Promise<{ all: Set<string>; root: Set<string> }> {
  const [all, root] = [new Set<string>(), new Set<string>()];
  let turn = 0;
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (
    _source,
    _arguments,
    _context,
    { parentType, fieldName, returnType, path },
  ) => {
    all.add(ruleOf(parentType.name, fieldName));
    if (path.prev === undefined) root.add(ruleOf(parentType.name, fieldName));
    turn += 1;
    if (/^(ID|String|Float)/.test(String(returnType))) return '1';
    return String(returnType).startsWith('[') ? [{ turn }, { turn: turn + 1 }] : { turn };
  };
  const typeResolver = ({ turn: number }: { turn: number }) => (number % 2 === 0 ? 'User' : 'Order');
  await execute({ schema, document: parse(document), variableValues: { yes }, fieldResolver, typeResolver: typeResolver as never });
  return { all, root };
}

const condition = fc.constantFrom('', '', '', '', ' @include(if: $yes)', ' @skip(if: $yes)', ' @include(if: true)', ' @skip(if: true)');
/**
 * What each field may be called instead: a name that means something else elsewhere, and nothing beside it. Two fields under one name would be
 * selected in one type and run in another: every service refuses such a document (GraphQL §5.3.2).
 */
const otherNames: Readonly<Record<string, string>> = {
  __typename: 'a',
  ...{ id: 'user', owner: 'order', name: 'node', found: 'refund', root: 'margin', margin: 'pay' },
  ...{ user: 'id', node: 'name', order: 'owner', refund: 'user', pay: 'id' },
};
const named = (field: string) => fc.constantFrom(field, field, `${otherNames[field]}: ${field}`);

type TypeName = 'User' | 'Order' | 'Node' | 'Found' | 'Query' | 'Mutation';
/** What may stand inside each type: leaves, fields with selections of their own, and fragments on other types. */
const inside: Record<TypeName, { leaves: string[]; fields: Record<string, TypeName>; narrower: TypeName[]; fragments: string[] }> = {
  User: {
    leaves: ['id', 'name'],
    fields: { owner: 'User', found: 'Found', root: 'Query' },
    narrower: ['User', 'Node', 'Found'],
    fragments: ['A', 'B'],
  },
  Order: { leaves: ['id', 'margin'], fields: { owner: 'User' }, narrower: ['Order', 'Node', 'Found'], fragments: ['B'] },
  Node: { leaves: ['id'], fields: { owner: 'User' }, narrower: ['User', 'Order', 'Found'], fragments: ['A', 'B'] },
  Found: { leaves: ['__typename'], fields: {}, narrower: ['User', 'Order', 'Node'], fragments: ['A', 'B'] },
  Query: {
    leaves: ['__typename'],
    fields: { user: 'User', node: 'Node', found: 'Found', order: 'Order' },
    narrower: ['Query'],
    fragments: ['C'],
  },
  Mutation: { leaves: ['__typename'], fields: { refund: 'Order', pay: 'User' }, narrower: ['Mutation'], fragments: [] },
};
const typeNames = Object.keys(inside) as TypeName[];
const selections = fc.letrec<Record<TypeName, string>>((tie) => {
  const selection = (type: TypeName): fc.Arbitrary<string> => {
    const { leaves, fields: fieldsWithin, narrower, fragments } = inside[type];
    const leaf = fc.tuple(fc.constantFrom(...leaves, '__typename').chain(named), condition).map((parts) => parts.join(''));
    const field = Object.entries(fieldsWithin).map(([name, of]) =>
      fc.tuple(named(name), condition, tie(of)).map((parts) => parts.join(' ')),
    );
    const inline = narrower.map((of) => fc.tuple(condition, tie(of)).map(([when, inner]) => `... on ${of}${when} ${inner}`));
    const plain = fc.tuple(condition, tie(type)).map(([when, inner]) => `...${when} ${inner}`);
    const spread = fragments.map((name) => condition.map((when) => `...${name}${when}`));
    return fc.oneof({ depthSize: 'small' }, leaf, ...spread, ...field, ...inline, plain);
  };
  const all = typeNames.map((type) => [
    type,
    fc.array(selection(type), { minLength: 1, maxLength: 3 }).map((each) => `{ ${each.join(' ')} }`),
  ]);
  return Object.fromEntries(all);
});
/** So that no fragment comes to itself. */
const without = (fragments: string, text: string): string => text.replaceAll(new RegExp(`\\.\\.\\.[${fragments}]\\b`, 'g'), '__typename');
const document = fc
  .tuple(
    fc.constantFrom(['query', 'Query'] as const, ['mutation', 'Mutation'] as const),
    selections.User,
    selections.Node,
    selections.Query,
  )
  .chain(([[kind, type], inA, inB, inC]) =>
    selections[type].map(
      (root) =>
        `${kind} Q($yes: Boolean = true) ${root} fragment A on User ${without('ABC', inA)} fragment B on Node ${without('BC', inB)} fragment C on Query ${without('C', inC)}`,
    ),
  );

const needsOf = (rules: typeof withSchema, text: string): Set<string> | null => {
  try {
    return new Set(rules.requirementsOf(text, 'Q').needed.flatMap((access) => (typeof access === 'string' ? [access] : rolesOf(access))));
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

it('nothing that graphql-js executes goes past the rules', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(document, fc.boolean(), async (text, yes) => {
      const [needed, neededAtRoot] = [needsOf(withSchema, text), needsOf(withoutSchema, text)];
      if (needed === null || neededAtRoot === null) return; // larger than a limit
      const { all, root } = await executedFields(text, yes);
      compared += all.size > 1 ? 1 : 0;
      expect([text, [...needed]]).toEqual([text, expect.arrayContaining([...all])]);
      expect([text, [...neededAtRoot]]).toEqual([text, expect.arrayContaining([...root])]);
    }),
    { numRuns: 200 },
  );
  expect(compared).toBeGreaterThan(20); // and not only documents in which everything is left out
});

it('strict JSON is JSON, and a name that comes twice anywhere is found', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }),
  );
  const twice = fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.jsonValue(), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(twice, ([key, first, second, depth]) => {
      const inner = `{"x":[${JSON.stringify(first)}],${JSON.stringify(key)}:${JSON.stringify(first)} , ${JSON.stringify(key)} \n:${JSON.stringify(second)}}`;
      const text = `${'[{"a":'.repeat(depth)}${inner}${'}]'.repeat(depth)}`;
      expect(() => JSON.parse(text)).not.toThrow();
      expect(() => parseStrictJson(text)).toThrow(SyntaxError);
    }),
  );
});
