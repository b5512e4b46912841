import { Failure } from '../../errors';
import { Reply, type Route } from '../../rest/route';

/** The row that serves the GraphQL schema as it is served, in SDL. `sdl` gives null where introspection is off: NOT_FOUND. */
export const schemaRoute = (sdl: () => string | null): Route => ({
  method: 'GET',
  path: '/schema.graphql',
  at: 'root',
  access: 'public',
  status: 200,
  operationId: 'schema',
  summary: 'The GraphQL schema in SDL, where introspection is on',
  tag: 'Operation',
  answer: null,
  otherAnswers: { 'text/plain': 'type Query {\n  "The caller, or null."\n  me: User\n}\n' },
  cacheControl: 'no-cache',
  failures: ['NOT_FOUND'],
  run: async () => {
    const text = sdl();
    if (text === null) throw new Failure('NOT_FOUND');
    return new Reply(200, { 'content-type': 'text/plain; charset=utf-8' }, text); // SDL has no media type of its own
  },
});
