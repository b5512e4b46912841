// Gateway, check 14; section 4.8.
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  parse,
  printSchema,
  validateSchema,
} from 'graphql';
import { newPerson, postGraphQL } from '../support/doors';
import type { House } from '../support/house';
import { openBefore, openShop, type Shop, shopSdl } from '../support/shop';

let shop: Shop;
let house: House;
const callers: Record<string, string | undefined> = { nobody: undefined };
beforeAll(async () => {
  shop = await openShop();
  const sdl = `${shopSdl} interface Priced { cost: Int margin: Int } type Book implements Priced { cost: Int margin: Int } union Found = Book | Order extend type Query { priced: Priced found: Found }`;
  const fields = {
    'Query.products': 'public',
    'Query.orders': 'authenticated',
    'Query.priced': 'public',
    'Query.found': ['SUPPORT'],
    'Query.customer': { permissions: ['customers:read'] },
    'Mutation.refund': ['SUPPORT'],
    'Product.secret': ['ADMIN'],
    'Book.margin': ['ADMIN'],
    'Subscription.ticks': 'authenticated',
  };
  house = await openBefore(shop, { sdl, endpoint: { fields, introspection: 'granted' } });
  for (const [name, roles] of Object.entries({ user: '', support: 'SUPPORT', admin: 'ADMIN', both: 'ADMIN SUPPORT' })) {
    const { id, accessToken } = await newPerson(house);
    await house.app.services.database.client.user.update({ where: { id }, data: { roles } });
    callers[name] = accessToken;
  }
  shop.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
});
afterAll(async () => {
  await house.close();
  await shop.close();
});

const seenBy = async (caller: string): Promise<GraphQLSchema> =>
  buildClientSchema((await postGraphQL(house, getIntrospectionQuery(), {}, callers[caller])).body.data);

/** Every way to a field of the service, from the root. */
const asked: Record<string, string> = {
  'Query.products': '{ products { id } }',
  'Product.secret': '{ products { secret } }',
  'Query.orders': '{ orders { id } }',
  'Query.priced': '{ priced { cost } }',
  'Priced.margin': '{ priced { margin } }',
  'Book.margin': '{ priced { ... on Book { margin } } }',
  'Query.found': '{ found { __typename } }',
  'Query.customer': '{ customer { email } }',
  'Query.echo': '{ echo }',
  'Mutation.refund': 'mutation { refund(id: "1") }',
  'Mutation.buy': 'mutation { buy }',
};

describe('introspection by what is granted', () => {
  it.each(['nobody', 'user', 'support', 'admin', 'both'])('14: shows %s exactly the fields that operations are granted', async (caller) => {
    const schema = await seenBy(caller);
    expect(validateSchema(schema)).toEqual([]);
    for (const [name, query] of Object.entries(asked)) {
      const [type = '', field = ''] = name.split('.');
      const shown = schema.getType(type);
      const isShown = shown !== undefined && 'getFields' in shown && Object.hasOwn(shown.getFields(), field);
      const { body } = await postGraphQL(house, query, {}, callers[caller]);
      expect([name, isShown]).toEqual([name, body.errors === undefined]);
    }
    const own = Object.keys(schema.getMutationType()?.getFields() ?? {});
    expect(own.includes('login')).toBe(true);
    expect(own.includes('changePassword')).toBe(caller !== 'nobody');
  });

  it('14: leaves nothing that nothing reaches, and code generators take it', async () => {
    const schema = await seenBy('nobody');
    expect(schema.getType('Order')).toBeUndefined();
    expect(schema.getType('Found')).toBeUndefined();
    expect(schema.getSubscriptionType() ?? null).toBeNull();
    for (const type of Object.values(schema.getTypeMap()))
      if (isObjectType(type))
        for (const field of Object.values(type.getFields())) expect(schema.getType(getNamedType(field.type).name)).toBeDefined();
    const text = await codegen({
      filename: 'shop.ts',
      schema: parse(printSchema(schema)),
      documents: [{ location: 'a.graphql', document: parse('query Products { products { id name } me { id } }') }],
      plugins: [{ operations: {} }],
      pluginMap: { operations: typescriptOperations },
      config: {},
    });
    expect(text).toContain('ProductsQuery');
  });

  it('shows the schema file to nobody', async () => {
    expect((await fetch(`${house.url}/schema.graphql`)).status).toBe(404);
  });
});
