// Apollo Server on Fastify by its documented integration: no authentication, nothing looked up.
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { announce, resolvers, typeDefs } from './listen.mjs';

const server = Fastify();
const apollo = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(server)] });
await apollo.start();
await server.register(fastifyApollo(apollo));
announce(await server.listen({ host: '127.0.0.1', port: 0 }));
