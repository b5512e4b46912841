// Apollo Server on Express by its documented integration: no authentication, nothing looked up.
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { announce, resolvers, typeDefs } from './listen.mjs';

const apollo = new ApolloServer({ typeDefs, resolvers });
await apollo.start();
const app = express();
app.use('/graphql', express.json(), expressMiddleware(apollo));
const server = app.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${server.address().port}`));
