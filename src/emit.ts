import { lexicographicSortSchema, printSchema } from 'graphql';
import { createRoutes } from './app';
import { failures } from './errors';
import { createSchema } from './graphql/schema';
import { createCollection } from './rest/collection';
import { createOpenApi } from './rest/openapi';
import { version } from './version';

/**
 * The descriptions of the doors, as committed files keep them. No service is opened: the
 * descriptions depend on types and tables alone.
 */
const none = {} as never;
const gate = {
  keys: none,
  readiness: none,
  introspection: none,
  revocations: none,
  openRevocationStream: none,
  issuer: none,
  signInUrl: undefined,
  upstream: none,
};
const routes = () => createRoutes({ accounts: none, sessions: none, ...gate });
const jsonText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

export const emitted = {
  'schema.graphql': () => `${printSchema(lexicographicSortSchema(createSchema({ accounts: none, sessions: none })))}\n`,
  'openapi.json': () => jsonText(createOpenApi(routes(), version)),
  'docs/gatehouse.postman_collection.json': () => jsonText(createCollection(routes())),
  'src/client/error-codes.ts': () => errorCodesText(),
} as const;

/** The catalogue as the client knows it: it stands alone, and imports nothing from here. */
function errorCodesText(): string {
  const fromApollo = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'];
  const codes = [...new Set([...Object.keys(failures), ...fromApollo])].map((code) => `  '${code}',\n`).join('');
  return `// Made by \`npm run emit\` from src/errors.ts.

/** Every code that Gatehouse answers with: the catalogue of docs/errors.md, and Apollo's words for what reached no operation. */
export const errorCodes = [
${codes}] as const;

export type ErrorCode = (typeof errorCodes)[number];
`;
}
