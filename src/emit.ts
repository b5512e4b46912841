import { lexicographicSortSchema, printSchema } from 'graphql';
import { createRoutes } from './app';
import { createSchema } from './graphql/schema';
import { createOpenApi } from './rest/openapi';
import { version } from './version';

/**
 * The two descriptions of the doors, as `schema.graphql` and `openapi.json` keep them. No service is opened: the
 * descriptions depend on types and tables alone.
 */
const none = {} as never;
export const emitted = {
  'schema.graphql': () => `${printSchema(lexicographicSortSchema(createSchema({ accounts: none, sessions: none })))}\n`,
  'openapi.json': () =>
    `${JSON.stringify(createOpenApi(createRoutes({ accounts: none, sessions: none, keys: none, readiness: none }), version), null, 2)}\n`,
} as const;
