// The stack of the tutorials: Express, jsonwebtoken with a string as its secret, bcryptjs on the main thread, one Prisma
// query a request. Its tokens cannot be revoked: it keeps no sessions.
//
//   node tutorial.mjs FILE   (a database of Gatehouse's own schema, with plain bcrypt hashes)

import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import bcrypt from 'bcryptjs';
import express from 'express';
import jwt from 'jsonwebtoken';
import { announce } from './listen.mjs';

const fromGatehouse = createRequire(new URL('../../package.json', import.meta.url));
const { PrismaLibSql } = fromGatehouse('@prisma/adapter-libsql');
const { PrismaClient } = fromGatehouse('./dist/database/generated/sqlite/client');

const secret = 'a-string-as-every-tutorial-has-it-0123456789';
const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: `file:${process.argv[2]}` }) });

const authenticate = async (request) => {
  const [, token] = (request.headers.authorization ?? '').split(' ');
  if (!token) return null;
  try {
    const { sub } = jwt.verify(token, secret);
    return await prisma.user.findUnique({ where: { id: sub } });
  } catch {
    return null;
  }
};

const typeDefs = `#graphql
  type User { id: ID! username: String! email: String! createdAt: String! }
  type Query { me: User }
`;
const apollo = new ApolloServer({ typeDefs, resolvers: { Query: { me: (_root, _input, { user }) => user } } });
await apollo.start();

const app = express();
app.use(express.json());
app.post('/v1/login', async (request, response) => {
  const { username, password } = request.body;
  const user = await prisma.user.findUnique({ where: { usernameKey: username } });
  if (!user || !(await bcrypt.compare(password, user.passwordHash))) return response.status(401).json({ error: 'Invalid credentials' });
  response.json({ access_token: jwt.sign({ sub: user.id }, secret, { expiresIn: '1h' }) }); // as Gatehouse's here: longer than the bench runs
});
app.post('/v1/logout', (_request, response) => response.json({ ok: true })); // the client forgets its token
app.get('/v1/profile', async (request, response) => {
  const user = await authenticate(request);
  if (!user) return response.status(401).json({ error: 'Unauthorized' });
  const { passwordHash: _hash, ...shown } = user;
  response.json(shown);
});
app.use('/graphql', expressMiddleware(apollo, { context: async ({ req }) => ({ user: await authenticate(req) }) }));
const server = app.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${server.address().port}`));
