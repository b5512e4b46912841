import { lexicographicSortSchema, printSchema } from 'graphql';
import { createRoutes } from './app';
import { failures } from './errors';
import { clientDocuments } from './graphql/client-documents';
import { createSchema } from './graphql/schema';
import { bindOperations, createResolvers, operations } from './operations';
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
const bound = bindOperations({ accounts: none, sessions: none });
const routes = () => createRoutes(bound, none, gate);
const jsonText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** The schema as it is served, over no services. */
export const bareSchema = () => createSchema(createResolvers(bound, none, none));

export const emitted = {
  'schema.graphql': () => `${printSchema(lexicographicSortSchema(bareSchema()))}\n`,
  'packages/client/src/operations.graphql': () =>
    `# Made by \`npm run emit\` from the operations' records.\n\n${clientDocuments(operations)}`,
  'openapi.json': () => jsonText(createOpenApi(routes(), version)),
  'docs/gatehouse.postman_collection.json': () => jsonText(createCollection(routes())),
  'packages/client/src/error-codes.ts': () => errorCodesText(),
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
