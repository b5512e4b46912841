// Gateway, check 16; sections 4.2 and 4.3; trap 16.
import { buildClientSchema, buildSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { inspectPolicy } from '../../src/policy/policy';
import { runCommand } from '../support/command';
import { newPerson, postGraphQL } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newFolder, runGatehouse } from '../support/process';
import { openBefore, openShop, type Shop, shopEnvironment, shopFields, shopSdl } from '../support/shop';
import { writePolicy } from '../support/upstream';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const clashing = `${shopSdl} type User { id: ID! cart: Int } extend type Query { me: User } extend type Order { buyer: User }`;
const fields = { ...shopFields, 'Query.me': 'public' };

const withHouse = async (wishes: Parameters<typeof openBefore>[1], run: (house: House) => Promise<void>): Promise<void> => {
  const house = await openBefore(shop, wishes);
  try {
    await run(house);
  } finally {
    await house.close();
  }
};

const refusalOf = async (wishes: Parameters<typeof openBefore>[1]): Promise<string> => {
  try {
    await (await openBefore(shop, wishes)).close();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('one schema', () => {
  it('16: a clash, a rule for what is not there and a missing variable are named together, and nothing starts', async () => {
    const wishes = {
      sdl: clashing,
      endpoint: { fields: { ...fields, 'Query.nothing': 'public', 'Query.__schema': 'public' } },
      upstream: {
        secretHeaders: { 'x-key': 'NO_SUCH_VARIABLE' },
        forward: ['Cookie', 'X-Auth-Roles', 'x_auth_roles'],
        headers: { 'x-a': '$nobody', 'x-tenant-id': 'one', x_tenant_id: 'other' },
      },
      policy: { policies: {} },
    };
    const faults = [
      'endpoints /graphql fields Query.nothing: the schema has no such field',
      'endpoints /graphql fields Query.__schema: introspection is answered here; set introspection',
      'endpoints /graphql upstream secretHeaders x-key: the environment has no NO_SUCH_VARIABLE',
      'endpoints /graphql upstream headers x-a: $nobody is no name of a template',
      'endpoints /graphql upstream: two members name the header x_tenant_id',
      'endpoints /graphql schema Query.me: Gatehouse has it too; set own.rename {"Query.me": "…"}, or own.hide ["Query.me"]',
      'endpoints /graphql schema User: Gatehouse has a type of that name too; set own.typePrefix, such as "Auth"',
    ];
    const reserved = [
      'policy endpoints /graphql upstream forward 0',
      'policy endpoints /graphql upstream forward 1',
      'policy endpoints /graphql upstream forward 2',
    ];
    const refusal = await refusalOf(wishes);
    for (const each of reserved) expect(refusal).toContain(each);
    const mended = { ...wishes, upstream: { ...wishes.upstream, forward: [] } };
    const second = await refusalOf(mended);
    for (const fault of faults) expect(second).toContain(fault);
    const environment = shopEnvironment(shop.url, mended);
    const checked = await runCommand({ databaseUrl: 'file:x.db', environment }, ['config', 'check']);
    for (const fault of faults) expect(checked.err).toContain(fault);
    const started = await runGatehouse(['start'], newFolder(), environment);
    expect(started.code).toBe(1);
    for (const fault of faults) expect(started.stderr).toContain(fault);
  });

  it("has ours under other names where they clash, and the service's untouched", async () => {
    const own = { typePrefix: 'Auth', rename: { 'Query.me': 'viewer' } };
    await withHouse({ sdl: clashing, endpoint: { fields, own } }, async (house) => {
      const { accessToken, id } = await newPerson(house);
      shop.answer = (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"me":{"__typename":"User","cart":3}}}');
      const query = '{ viewer { __typename id ...F } me { __typename cart } } fragment F on AuthUser { sessions { __typename } }';
      const { body } = await postGraphQL(house, query, {}, accessToken);
      expect(body).toEqual({
        data: { viewer: { __typename: 'AuthUser', id, sessions: [{ __typename: 'AuthSession' }] }, me: { __typename: 'User', cart: 3 } },
      });
      const sdl = await (await fetch(`${house.url}/schema.graphql`)).text();
      const merged = buildSchema(sdl);
      expect(Object.keys(merged.getQueryType()?.getFields() ?? {})).toEqual(
        expect.arrayContaining(['me', 'viewer', 'products', 'profile']),
      );
      expect(String(merged.getQueryType()?.getFields().me?.type)).toBe('User');
      expect(merged.getType('AuthPayload')?.name).toBe('AuthPayload');
      expect(merged.getType('AuthLoginInput')?.name).toBe('AuthLoginInput');
    });
    shop.answer = undefined;
  });

  it("may do without one of ours: the service's of that name is served", async () => {
    await withHouse({ sdl: clashing, endpoint: { fields, own: { typePrefix: 'Auth', hide: ['Query.me'] } } }, async (house) => {
      shop.requests.length = 0;
      await postGraphQL(house, '{ me { cart } }');
      expect(shop.requests).toHaveLength(1);
    });
  });

  it('refuses settings of ours that name what is not there, or one name twice', async () => {
    const refusal = await refusalOf({
      endpoint: { own: { hide: ['Query.nothing'], rename: { 'Mutation.login': 'register', 'Query.none': 'x' } } },
    });
    expect(refusal).toContain('own hide Query.nothing: is no field of Gatehouse');
    expect(refusal).toContain('own rename Query.none: is no field of Gatehouse');
    expect(refusal).toContain('own rename Mutation.login: Gatehouse has register already');
  });

  it('is seen whole by introspection, and is the one that gatehouse upstream merged prints', async () => {
    await withHouse({}, async (house) => {
      const { body } = await postGraphQL(house, getIntrospectionQuery());
      const seen = buildClientSchema(body.data);
      expect(seen.getMutationType()?.getFields()).toMatchObject({ login: {}, buy: {} });
      expect(seen.getSubscriptionType()?.getFields()).toMatchObject({ ticks: {} });
      const printed = await runCommand(house, ['upstream', 'merged']);
      expect(printed.out.trim()).toBe((await (await fetch(`${house.url}/schema.graphql`)).text()).trim());
      const one = await postGraphQL(house, 'query($name: String!) { __type(name: $name) { name } me { id } products { id } }', {
        name: 'Product',
      });
      expect(one.body.data).toEqual({ __type: { name: 'Product' }, me: null, products: [{ id: '1' }, { id: '2' }] });
    });
  });

  it('is not shown where introspection is off, whatever stands beside it', async () => {
    await withHouse({ endpoint: { introspection: 'off' } }, async (house) => {
      for (const query of [
        '{ __schema { queryType { name } } }',
        '{ __type(name: "User") { name } me { id } }',
        '{ __schema { queryType { name } } products { id } }',
      ]) {
        const { body } = await postGraphQL(house, query);
        expect(body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
        expect(body.data).toBeUndefined();
      }
      expect((await fetch(`${house.url}/schema.graphql`)).status).toBe(404);
    });
  });

  it('has the root types of the service, whatever they are called (Hasura)', async () => {
    const sdl =
      'schema { query: query_root mutation: mutation_root } type query_root { users: [Int!]! } type mutation_root { insert_user: Int }';
    const rules = { 'query_root.users': 'public', 'mutation_root.insert_user': 'authenticated' };
    await withHouse({ sdl, endpoint: { fields: rules } }, async (house) => {
      shop.answer = (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"users":[1]}}');
      const query = '{ __typename ...R } fragment R on query_root { me { id } users }';
      expect((await postGraphQL(house, query)).body).toEqual({ data: { __typename: 'query_root', me: null, users: [1] } });
      expect((await postGraphQL(house, '{ __typename me { id } }')).body).toEqual({ data: { __typename: 'query_root', me: null } });
    });
    shop.answer = undefined;
  });

  it('reads a Query that implements an interface and gives itself back (PostGraphile)', async () => {
    const sdl =
      'interface Node { nodeId: ID! } type Query implements Node { query: Query! nodeId: ID! node(nodeId: ID!): Node posts: [Int!] }';
    const rules = { 'Query.query': 'public', 'Query.nodeId': 'public', 'Query.node': 'public', 'Query.posts': 'authenticated' };
    await withHouse({ sdl, endpoint: { fields: rules } }, async (house) => {
      shop.requests.length = 0;
      shop.answer = (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"nodeId":"q"}}');
      expect((await postGraphQL(house, '{ ... on Node { nodeId } me { id } }')).body).toEqual({ data: { nodeId: 'q', me: null } });
      expect((await postGraphQL(house, '{ query { posts } }')).body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
      expect((await postGraphQL(house, '{ query { me { id } } }')).body.errors[0].extensions.code).toBe('BAD_REQUEST');
      expect(shop.requests).toHaveLength(1);
    });
    shop.answer = undefined;
  });

  it("with AUTH_FEDERATION=on needs the subgraph's own fields hidden", async () => {
    const environment = { AUTH_FEDERATION: 'on' };
    expect(await refusalOf({ environment })).toContain('own.hide needs "Query._service" and "Query._entities"');
    await withHouse({ environment, endpoint: { own: { hide: ['Query._service', 'Query._entities'] } } }, async (house) => {
      expect((await postGraphQL(house, '{ _service { sdl } }')).status).toBe(400);
      expect((await postGraphQL(house, '{ me { id } products { id } }')).status).toBe(200);
    });
  });
});

describe("rules in the service's own SDL", () => {
  const sdl = `
    directive @authenticated on FIELD_DEFINITION | OBJECT
    type Query { open: Int @policy(policies: [["anybody"]]) mine: Int @authenticated inside: Int @tag(name: "internal") both: Int @authenticated thing: Thing @authenticated }
    type Thing @policy(policies: [["staff"]]) { a: Int b: Int }
  `;
  const policies = { anybody: 'public', staff: ['STAFF'] };

  it('hold beside those of the file, and close what is tagged', async () => {
    const wishes = { sdl, policy: { policies }, endpoint: { fields: { 'Query.both': ['ADMIN'] }, hidden: ['internal'] } };
    await withHouse(wishes, async (house) => {
      shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
      const { accessToken } = await newPerson(house);
      const code = async (query: string, token?: string) =>
        (await postGraphQL(house, query, {}, token)).body.errors?.[0].extensions.code ?? null;
      expect(await code('{ open }')).toBeNull();
      expect(await code('{ mine }')).toBe('UNAUTHENTICATED');
      expect(await code('{ mine }', accessToken)).toBeNull();
      expect(await code('{ both }', accessToken)).toBe('FORBIDDEN');
      expect(await code('{ thing { a } }', accessToken)).toBe('FORBIDDEN');
      expect(await code('{ inside open }')).toBe('GRAPHQL_VALIDATION_FAILED');
      const shown = await (await fetch(`${house.url}/schema.graphql`)).text();
      expect(shown).not.toContain('inside');
    });
    shop.answer = undefined;
  });

  it('are faults where they cannot be read', () => {
    const file = writePolicy(
      { endpoints: { '/graphql': { fields: {}, schema: 's.graphql' } }, policies },
      {
        's.graphql':
          'type Query { a: Int @policy(policies: [["nobody"]]) b: Int @policy(policies: [["staff"], ["anybody"]]) c: Kind } enum Kind @authenticated { X }',
      },
    );
    expect(inspectPolicy(file, () => undefined).faults).toEqual([
      'endpoints /graphql schema Kind: @authenticated is read at fields, objects and interfaces alone; put it at the fields',
      'endpoints /graphql schema Query.a: @policy names nobody, which "policies" of the file does not have',
      'endpoints /graphql schema Query.b: @policy with more than one way is not known here: make one name of it in "policies"',
    ]);
  });
});

describe('gatehouse upstream', () => {
  it('schema prints what the service says of itself, and policy a first file that a start takes', async () => {
    const nowhere = { databaseUrl: 'file:x.db', environment: {} };
    const { out: stdout, code } = await runCommand(nowhere, ['upstream', 'schema', '--url', shop.url]);
    expect(code).toBe(0);
    expect(printSchema(buildSchema(stdout))).toContain('products(first: Int): [Product!]!');
    const schemaFile = writePolicy('{}', { 'shop.graphql': stdout }).replace('policy.json', 'shop.graphql');
    const policy = await runCommand(nowhere, ['upstream', 'policy', '--schema', schemaFile, '--url', shop.url]);
    const house = await openHouse('sqlite', { AUTH_UPSTREAM_POLICY: writePolicy(policy.out) });
    expect((await postGraphQL(house, '{ products { id } }')).status).toBe(401);
    await house.close();
  });
});
