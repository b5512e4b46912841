// The ceiling: a Fastify route that answers JSON of the profile's size, and checks nothing.
import { executionAsyncResource } from 'node:async_hooks';
import Fastify from 'fastify';
import { announce, user } from './listen.mjs';

const text = { type: 'string' };
const nullable = { type: ['string', 'null'] };
const properties = {
  id: text,
  username: text,
  email: text,
  email_verified: { type: 'boolean' },
  name: nullable,
  bio: nullable,
  picture_url: nullable,
  locale: nullable,
  roles: { type: 'array', items: text },
  created_at: text,
  updated_at: text,
};
const { emailVerified, pictureUrl, createdAt, updatedAt, ...rest } = user;
const answer = { ...rest, email_verified: emailVerified, picture_url: pictureUrl, created_at: createdAt, updated_at: updatedAt };

const kept = [];
if (process.argv.includes('--keep-tick-object')) process.nextTick(() => kept.push(executionAsyncResource())); // docs/decisions/018

const server = Fastify();
server.get('/v1/profile', { schema: { response: { 200: { type: 'object', properties } } } }, async () => answer);
announce(await server.listen({ host: '127.0.0.1', port: 0 }));
