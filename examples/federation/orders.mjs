// A subgraph that knows orders, and of users their ids alone. Gatehouse says who is calling.
//   GATEHOUSE=http://localhost:4000 PORT=4001 node examples/federation/orders.mjs
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';

const gatehouse = process.env.GATEHOUSE ?? 'http://localhost:4000';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])

  type Order @key(fields: "id") {
    id: ID!
    total: Int!
    buyer: User!
  }

  type User @key(fields: "id", resolvable: false) {
    id: ID!
  }

  type Query {
    orders: [Order!]!
  }

  type Mutation {
    order(total: Int!): Order!
  }
`);

const orders = [];

const resolvers = {
  Query: { orders: () => orders },
  Mutation: {
    order: async (_root, { total }, { authorization }) => {
      const order = { id: String(orders.length + 1), total, buyer: { id: await requireUserId(authorization) } };
      orders.push(order);
      return order;
    },
  },
};

async function requireUserId(authorization) {
  const answer = await fetch(`${gatehouse}/v1/verify`, { headers: authorization ? { authorization } : {} });
  if (answer.ok) return answer.headers.get('x-auth-user-id');
  throw new GraphQLError('Sign in first.', { extensions: { code: answer.status === 401 ? 'UNAUTHENTICATED' : 'UNAVAILABLE' } });
}

const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }) });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(process.env.PORT ?? 4001) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
console.log(`orders at ${url}`);
