import { z } from 'zod';
import { sections } from './app/load-config';
import { createRoutes } from './app/routes';
import { resolversOf } from './app/server';
import { withEvents } from './audit/audit.documents';
import { catalogueOf } from './audit/event-description';
import { toSnakeSchema } from './case';
import { failures } from './errors';
import { accountDocument } from './export/account-document.schema';
import { features } from './features';
import { clientDocuments } from './graphql/client-documents';
import { createSchema, sdlOf } from './graphql/schema';
import { bind } from './operations/operation';
import { createOpenApi } from './rest/openapi/document';
import { createCollection } from './rest/openapi/postman';
import { isServedBy } from './rest/register-routes';
import { environmentExample, withTables } from './settings/settings.documents';
import { version } from './version';

/**
 * The descriptions of the doors, as committed files keep them. No service is opened: the
 * descriptions depend on types and tables alone.
 */
const none = { config: {}, publicUrl: () => 'http://localhost:4000' } as never;
const bound = bind(features.operations, none);
const routes = () => createRoutes(bound, none, none, none);
const jsonText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** The schema as it is served, over no services. */
export const bareSchema = async () => createSchema(await resolversOf(bound, none, none));

/** What the gateway has of its own, over no services. */
export const ownSide = async () => ({ schema: await bareSchema(), isServed: isServedBy(routes()) });

/** Each file, from the text that it has now. */
export const emitted: Readonly<Record<string, (present: string) => string | Promise<string>>> = {
  'schema.graphql': async () => sdlOf(await bareSchema()),
  'packages/client/src/operations.graphql': () =>
    `# Made by \`npm run emit\` from the operations' records.\n\n${clientDocuments(features.operations)}`,
  'openapi.json': () => jsonText(createOpenApi(routes(), version)),
  'docs/gatehouse.postman_collection.json': () => jsonText(createCollection(routes())),
  'docs/account-export.schema.json': () => jsonText(exportSchema()),
  'packages/client/src/error-codes.ts': () => errorCodesText(),
  '.env.example': () => environmentExample(sections),
  'docs/audit.md': (present) => withEvents(present, catalogueOf(features.list)),
  'docs/configuration.md': (present) => withTables(present, sections),
};

/** What REST writes: GraphQL has the same in camelCase. */
function exportSchema(): object {
  const { $schema, ...described } = z.toJSONSchema(accountDocument, { unrepresentable: 'any', io: 'output' });
  return { $schema, title: 'An account as Gatehouse exports it', ...(toSnakeSchema(described) as object) };
}

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
