import { composeServices } from '@apollo/composition';
import { buildSchema, parse, validate } from 'graphql';
import { bareSchema, ownSide } from '../../src/emit';
import { subgraphSdl } from '../../src/graphql/subgraph';
import { readUpstreamPolicy } from '../../src/policy/policy';
import { readProviders } from '../../src/providers/open-providers';
import { inspectFile } from '../../src/upstream/inspect';
import { codeBlocks } from '../support/documents';
import { manifestOf, writePolicy } from '../support/upstream';

const blocksOf = (document: string, language: string): string[] =>
  codeBlocks(document).flatMap((block) => (block.language === language ? [block.code] : []));

it('docs/federation.md: the other subgraph composes with ours, and the query is one of the graph', async () => {
  const [subgraph = '', query = '', ...more] = blocksOf('docs/federation.md', 'graphql');
  expect(more).toEqual([]);
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])';
  const { errors, schema, supergraphSdl } = composeServices([
    { name: 'gatehouse', typeDefs: parse(subgraphSdl(await bareSchema())) },
    { name: 'orders', typeDefs: parse(`${link}\n${subgraph}\ntype Query { orders: [Order!]! }`) },
  ]);
  expect([errors, supergraphSdl]).toEqual([undefined, expect.stringContaining('type Order')]);
  const graph = buildSchema(schema?.toAPISchema ? require('@apollo/federation-internals').printSchema(schema.toAPISchema()) : '');
  expect(validate(graph, parse(query))).toEqual([]);
});

it('docs/forward-auth.md: the policy is one that a start takes', () => {
  const [policy = '', ...more] = blocksOf('docs/forward-auth.md', 'json');
  expect(more).toEqual([]);
  const schema =
    'type Query { products: [ID!]! orders: [ID!]! user: User } type Mutation { refund: ID } type User { id: ID! email: String }';
  const documents = manifestOf({ products: '{ products }' });
  const file = writePolicy(policy, { 'shop.graphql': schema, 'persisted-query-manifest.json': documents });
  expect([...readUpstreamPolicy(file, () => undefined).keys()]).toEqual(['/graphql']);
});

it('docs/providers.md: the file is one that a start takes', () => {
  const [text = '', ...more] = blocksOf('docs/providers.md', 'json');
  expect(more).toEqual([]);
  const file = writePolicy(text);
  expect(readProviders(file, { production: true, variable: () => 'a secret' }).map(({ id }) => id)).toEqual(['google', 'github']);
});

it('docs/gateway.md: the policy is one that a start takes', async () => {
  const [policy = '', ...more] = blocksOf('docs/gateway.md', 'json');
  expect(more).toEqual([]);
  const schema = `
    type Query { products: [ID!]! orders: [ID!]! me: User }
    type Mutation { ship: ID addProduct: ID }
    type User { id: ID! email: String }
  `;
  const variable = (name: string) => (name === 'SHOP_SECRET' ? 'secret' : undefined);
  const { faults, merged } = await inspectFile(writePolicy(policy, { 'shop.graphql': schema }), { variable, federation: false }, ownSide);
  expect(faults).toEqual([]);
  expect(Object.keys(merged?.schema.getQueryType()?.getFields() ?? {})).toEqual(expect.arrayContaining(['viewer', 'me', 'orders']));
});
