// One graph of Gatehouse's users and the orders beside it, composed at the start. Gatehouse runs with AUTH_FEDERATION=on.
//   GATEHOUSE=http://localhost:4000 ORDERS=http://localhost:4001 PORT=4002 node examples/federation/router.mjs
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [
      { name: 'gatehouse', url: `${process.env.GATEHOUSE ?? 'http://localhost:4000'}/graphql` },
      { name: 'orders', url: process.env.ORDERS ?? 'http://localhost:4001' },
    ],
  }),
  // Each subgraph sees the caller's own token, and decides by it.
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest: ({ request, context }) => {
        if (context.authorization) request.http?.headers.set('authorization', context.authorization);
      },
    }),
});

const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { host: '127.0.0.1', port: Number(process.env.PORT ?? 4002) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
console.log(`router at ${url}`);
