// Gateway, chapter 4.4 `refused: "field"`, with what was settled afterwards (10), and check 6 for it.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { buildSchema, GraphQLError, type GraphQLResolveInfo, graphql, isObjectType, parse, validate } from 'graphql';
import { postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { setUser } from '../support/set-user';
import { openBefore } from '../support/shop';
import { newVisitor, type Visitor } from '../support/visitors';

const sdl = `
  interface Thing { id: ID! label: String }
  type Product implements Thing { id: ID! label: String price: Float secret: String cost: Int! maker: Maker makers: [Maker!]! parts: [Part] }
  type Part implements Thing { id: ID! label: String weight: Int! grade: Int! }
  type Maker { name: String! phone: String! products: [Product!] }
  type Query { products: [Product!]! product(id: ID): Product things: [Thing] orders: [Part!] total: Int! vault: Maker }
  type Mutation { buy(id: ID): Product }
`;
const fields = {
  'Query.products': 'public',
  'Query.product': 'public',
  'Query.things': 'public',
  'Query.orders': 'authenticated',
  'Query.total': 'authenticated',
  'Query.vault': ['ADMIN'],
  'Mutation.buy': 'public',
  'Product.secret': ['ADMIN'],
  'Product.cost': ['SUPPORT'],
  'Part.grade': ['ADMIN'],
  'Maker.phone': 'authenticated',
};

const part = (id: string) => ({ __typename: 'Part', id, label: `part ${id}`, weight: 1, grade: 3 });
const maker = (name: string) => ({ name, phone: '1', products: () => [product('m')] });
const product = (id: string): object => ({
  ...{ __typename: 'Product', id, label: `product ${id}`, price: 1.5, secret: 's', cost: 2 },
  maker: () => maker('a'),
  makers: () => [maker('b'), maker('c')],
  parts: () => [part('1'), null, part('2')],
});
const rootValue = {
  products: () => [product('1'), product('2')],
  product: () => product('9'),
  things: () => [product('1'), part('7'), null],
  orders: () => [part('o')],
  total: () => 7,
  vault: () => maker('v'),
  buy: () => product('b'),
};
const schema = buildSchema(sdl);

let server: Server;
let house: House;
let asked: string[] = [];
let answer: ((query: string) => string) | undefined;
const callers: Record<string, { token: string | undefined; refuses: (rule: unknown) => boolean }> = {};
let clerk: Visitor;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
      asked.push(query);
      const body = answer ? answer(query) : JSON.stringify(await graphql({ schema, source: query, rootValue, variableValues: variables }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  house = await openBefore(
    { url },
    { sdl, endpoint: { fields, refused: 'field', own: { typePrefix: 'Auth' }, limits: { maxDepth: 12, maxCost: 1_000_000 } } },
  );
  clerk = await newVisitor(house);
  await setUser(house, clerk.id, { roles: 'SUPPORT' });
  const user = await newVisitor(house);
  callers.nobody = { token: undefined, refuses: (rule) => rule !== 'public' };
  callers.user = { token: user.accessToken, refuses: (rule) => Array.isArray(rule) };
  callers.clerk = { token: clerk.accessToken, refuses: (rule) => Array.isArray(rule) && !rule.includes('SUPPORT') };
});
afterAll(async () => {
  await house.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = undefined;
});

const ask = (query: string, caller = 'nobody', variables: unknown = {}) => postGraphQL(house, query, variables, callers[caller]?.token);
const codesOf = (errors: { path: unknown; extensions: { code: string } }[] = []) =>
  errors.map(({ path, extensions }) => [path, extensions.code]);

describe('a refused field of a query', () => {
  it('is null with an error at its path, and the service is not asked for it', async () => {
    const { status, body } = await ask('query Q { products { id secret label } }');
    expect(status).toBe(200);
    expect(body.data.products).toEqual([
      { id: '1', secret: null, label: 'product 1' },
      { id: '2', secret: null, label: 'product 2' },
    ]);
    expect(Object.keys(body.data.products[0])).toEqual(['id', 'secret', 'label']);
    expect(codesOf(body.errors)).toEqual([
      [['products', 0, 'secret'], 'UNAUTHENTICATED'],
      [['products', 1, 'secret'], 'UNAUTHENTICATED'],
    ]);
    expect(body.errors[0].extensions).toMatchObject({ reason: 'MISSING', requestId: expect.any(String) });
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toMatch(/(^|[^_])secret\b(?!:)/);
  });

  it('takes the nearest thing around it along that may be null, where it must not be', async () => {
    const cost = await ask('{ product { cost } things { id ... on Product { cost } } }', 'user');
    expect(cost.body.data).toEqual({ product: null, things: [null, { id: '7' }, null] });
    expect(codesOf(cost.body.errors)).toEqual([
      [['product', 'cost'], 'FORBIDDEN'],
      [['things', 0, 'cost'], 'FORBIDDEN'],
    ]);
    expect((await ask('{ product { cost } }', 'clerk')).body).toEqual({ data: { product: { cost: 2 } } });
    expect((await ask('{ product { id makers { phone } } }')).body.data).toEqual({ product: null });
  });

  it('at the root is null where it may be', async () => {
    const { body } = await ask('{ vault { name } products { id } orders { id } }', 'user');
    expect(body.data).toEqual({ vault: null, products: [{ id: '1' }, { id: '2' }], orders: [{ id: 'o' }] });
    expect(codesOf(body.errors)).toEqual([[['vault'], 'FORBIDDEN']]);
    expect(asked[0]).not.toMatch(/\bname\b/);
  });

  it('refuses the whole where the root would be null, before anything is asked where that is known', async () => {
    const known = await ask('{ total products { id } }');
    expect([known.status, known.body.errors[0].extensions.code, known.body.data ?? null, asked.length]).toEqual([
      401,
      'UNAUTHENTICATED',
      null,
      0,
    ]);
    const found = await ask('{ products { cost } }', 'user');
    expect([found.status, found.body.data, found.body.errors[0].extensions.code]).toEqual([403, null, 'FORBIDDEN']);
  });

  it('of a mutation refuses the whole', async () => {
    const { status, body } = await ask('mutation { buy { id secret } }', 'user');
    expect([status, body.errors[0].extensions.code, asked.length]).toEqual([403, 'FORBIDDEN', 0]);
  });

  it('leaves our own part of the operation as it is, and keeps aliases, fragments and directives', async () => {
    const query = `query Q($no: Boolean!) { me { id } a: product { x: secret y: secret @include(if: $no) ...F } ...G }
      fragment F on Thing { label ... on Product { secret } } fragment G on Query { product(id: 1) { id @skip(if: $no) } }`;
    const { body } = await ask(query, 'clerk', { no: false });
    expect(body.data).toEqual({ me: { id: clerk.id }, a: { x: null, label: 'product 9', secret: null }, product: { id: '9' } });
    expect(codesOf(body.errors)).toEqual([
      [['a', 'x'], 'FORBIDDEN'],
      [['a', 'secret'], 'FORBIDDEN'],
    ]);
  });

  it('does not send on variables that it alone would have used', async () => {
    const { body } = await ask('query Q($id: ID, $other: ID) { product(id: $other) { id } vault { products { parts { id } } } }', 'user');
    expect(body.data).toEqual({ product: { id: '9' }, vault: null });
    expect(asked[0]).not.toContain('$id');
  });

  it('keeps every digit beside it, and an answer without data as an error of each field', async () => {
    answer = () => '{"data":{"product":{"price":1.50,"gatehouse__secret":"Product","label":"a, \\"]b\\""}}}';
    expect((await ask('{ product { price secret label } }')).text).toContain(
      '{"product":{"price":1.50,"secret":null,"label":"a, \\"]b\\""}}',
    );
    answer = () => '{"errors":[{"message":"broken"}]}';
    const failed = await ask('{ product { secret } }');
    expect(failed.body).toEqual({ errors: [{ message: 'broken', path: ['product'] }], data: { product: null } });
  });

  it('tells a hundred errors at most', async () => {
    const one = '{"id":"1","gatehouse__secret":"Product"}';
    answer = () => `{"data":{"products":[${Array.from({ length: 150 }, () => one).join(',')}]}}`;
    const { body } = await ask('{ products { id secret } }');
    expect([body.errors.length, body.data.products.length]).toEqual([100, 150]);
    expect(body.data.products.at(-1)).toEqual({ id: '1', secret: null });
  });

  it('cannot be had by a name of ours', async () => {
    const { status, body } = await ask('{ product { gatehouse__label: label secret } }');
    expect([status, body.errors[0].extensions.code, asked.length]).toEqual([400, 'BAD_REQUEST', 0]);
  });
});

/** The schema in which a refused field fails: what GraphQL itself makes of it is what the gateway must answer. */
function oracle(refuses: (rule: unknown) => boolean) {
  const failing = buildSchema(sdl);
  for (const [name, rule] of Object.entries(fields)) {
    const [type, field] = name.split('.') as [string, string];
    const owner = failing.getType(type);
    if (!refuses(rule) || !isObjectType(owner)) continue;
    const found = owner.getFields()[field];
    if (found)
      found.resolve = (_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
        throw new GraphQLError(`refused ${info.path.key}`);
      };
  }
  return failing;
}

const selections: Record<string, readonly string[]> = {
  Query: ['products', 'product', 'things', 'orders', 'vault', 'p2: product'],
  Product: ['id', 'label', 'price', 'secret', 'cost', 'maker', 'makers', 'parts', 'x: secret', 'l: makers', '__typename'],
  Part: ['id', 'label', 'weight', 'grade', 'g: grade'],
  Maker: ['name', 'phone', 'products', 'q: products'],
  Thing: ['id', 'label', '... on Product', '... on Part'],
};
const innerOf: Record<string, string> = {
  ...{
    products: 'Product',
    product: 'Product',
    things: 'Thing',
    orders: 'Part',
    vault: 'Maker',
    maker: 'Maker',
    makers: 'Maker',
    parts: 'Part',
  },
  ...{ '... on Product': 'Product', '... on Part': 'Part' },
};
const documentOf = (type: string, depth: number): fc.Arbitrary<string> => {
  const known = (selections[type] ?? []).filter((each) => depth > 0 || innerOf[each.split(': ').at(-1) as string] === undefined);
  return fc
    .uniqueArray(fc.constantFrom(...known), { minLength: 1, maxLength: 4 })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((each) => {
          const inner = innerOf[each.split(': ').at(-1) as string];
          return inner === undefined ? fc.constant(each) : documentOf(inner, depth - 1).map((below) => `${each} ${below}`);
        }),
      ),
    )
    .map((parts) => `{ ${parts.join(' ')} }`);
};

it.each(['nobody', 'user', 'clerk'])('6: GraphQL itself makes the same of any document, where what %s may not have fails', async (name) => {
  const caller = callers[name] as (typeof callers)[string];
  const failing = oracle(caller.refuses);
  await fc.assert(
    fc.asyncProperty(documentOf('Query', 3), async (query) => {
      if (validate(schema, parse(query)).length > 0) return;
      asked = [];
      const expected = await graphql({ schema: failing, source: query, rootValue });
      const { body } = await ask(query, name);
      expect([query, body.data ?? null]).toEqual([query, JSON.parse(JSON.stringify(expected.data ?? null))]);
      if (expected.errors === undefined) expect(body.errors).toBeUndefined();
      const refused = Object.entries(fields).filter(([field, rule]) => !field.startsWith('Query') && caller.refuses(rule));
      for (const [field] of refused) {
        const plain = field.split('.')[1] as string;
        for (const text of asked) expect(text.replaceAll(/gatehouse__\w+: __typename/g, '')).not.toMatch(new RegExp(`\\b${plain}\\b`));
      }
    }),
    { numRuns: 60 },
  );
});

it('needs the schema, and a service that is served', async () => {
  const opening = openBefore({ url: 'http://127.0.0.1:1/graphql' }, { path: '/shop', endpoint: { schema: undefined, refused: 'field' } });
  await expect(opening).rejects.toThrow(/refused: "field" needs the schema/);
});
