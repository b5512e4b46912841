import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { OperationLimits } from '../config';
import type { RequestContext } from '../context';
import { Failure } from '../errors';
import { type Logger, logHidden } from '../log';
import { contentTypeFor, responseJson } from './content-type';
import { formatError, isExpected, originalOf } from './format-error';
import { createAdmission } from './operation.limits';
import { checkVariables } from './variables';

/** A request as the HTTP server hands it over: the body is parsed JSON. */
export interface GraphQLRequest {
  readonly accept: string | undefined;
  readonly body: unknown;
  readonly context: RequestContext;
}

export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set where the status tells a failure, whose own headers belong to the answer. */
  readonly failure: Failure | undefined;
}

export interface GraphQLServer {
  /** Answers one POST. @throws {Failure} NOT_ACCEPTABLE, BAD_REQUEST when it is not one operation, and what {@link createAdmission} throws */
  readonly answer: (request: GraphQLRequest) => Promise<GraphQLAnswer>;
  readonly close: () => Promise<void>;
}

interface GraphQLContext extends RequestContext {
  /** The failure that left no data. In an object, because Apollo makes copies of the context. */
  readonly outcome: { failure?: Failure | undefined };
}

export async function openGraphQLServer(
  schema: GraphQLSchema,
  settings: { readonly introspection: boolean; readonly operationLimits: OperationLimits },
  logger: Logger,
): Promise<GraphQLServer> {
  const { introspection, operationLimits } = settings;
  const admission = createAdmission(schema, operationLimits);
  const apollo = new ApolloServer<GraphQLContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: false, // the route takes nothing but JSON, which no form can send; Apollo would parse the same header each time
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: operationLimits.maxTokens },
    validationOptions: { maxErrors: maxListedErrors - 1 }, // graphql-js adds one that says it stopped
    formatError,
    logger: silent, // what there is to say, the plugin below says without values
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      errorsPlugin(logger),
    ],
  });
  await apollo.start();

  return {
    answer: async ({ accept, body, context }) => {
      const contentType = contentTypeFor(accept);
      if (contentType === null) throw new Failure('NOT_ACCEPTABLE'); // Apollo would say so after the operation
      const operation = requireOperation(body);
      if (typeof operation.query === 'string') admission.admit(operation.query, operation.variables);
      const contextValue: GraphQLContext = { ...context, outcome: {} };
      const headers = new HeaderMap([
        ['content-type', 'application/json'],
        ['accept', contentType],
      ]);
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers, search: '', body: operation },
        context: async () => contextValue,
      });
      if (response.body.kind !== 'complete') throw new Error('the schema has nothing that answers in parts');
      const failure = contentType === responseJson ? contextValue.outcome.failure : undefined;
      return {
        status: failure?.status ?? response.status ?? 200,
        headers: Object.fromEntries(response.headers),
        body: withRequestId(response.body.string, context.client.requestId),
        failure,
      };
    },
    close: () => apollo.stop(),
  };
}

/** One operation, not a list of them: a batch would carry many guesses past one limit. */
function requireOperation(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Failure('BAD_REQUEST');
  return body as Record<string, unknown>; // what JSON has for an object
}

function errorsPlugin(logger: Logger): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, operation, request }) => {
        if (operation && !schema.getRootType(operation.operation)) throw noSuchOperations(operation.operation);
        try {
          if (operation) checkVariables(schema, operation, request.variables ?? {});
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: error.status } } });
        }
      },
      didEncounterErrors: async ({ errors, contextValue }) => {
        const { requestId } = contextValue.client;
        for (const error of errors) {
          const original = originalOf(error);
          if (original instanceof Failure || !isExpected(error)) logHidden(logger, requestId, original);
        }
      },
      // Where the operation ran and left no data, its first error is the outcome of the whole request.
      willSendResponse: async ({ response, errors, contextValue }) => {
        if (response.body.kind !== 'single') return;
        const { rateLimit } = contextValue.client.notes;
        if (rateLimit) response.body.singleResult.extensions = { ...response.body.singleResult.extensions, rateLimit };
        if (response.body.singleResult.data !== null) return;
        const original = originalOf(errors?.[0]);
        contextValue.outcome.failure = original instanceof Failure ? original : new Failure('INTERNAL_SERVER_ERROR');
      },
    }),
  };
}

/** graphql-js finds this out only when it executes, and then it looks like a defect. */
const noSuchOperations = (kind: string): GraphQLError =>
  new GraphQLError(`This schema has no ${kind} operations.`, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });

/** Every error says the request's id, the ones included that Apollo writes before a request has a context. */
function withRequestId(body: string, requestId: string): string {
  if (!body.includes('"errors"')) return body;
  const { errors, ...rest } = JSON.parse(body) as { errors?: { extensions?: object }[] };
  if (errors === undefined) return body;
  return `${JSON.stringify({ errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } })), ...rest })}\n`;
}

/** Of one answer: a flood of faults is answered with its beginning. */
const maxListedErrors = 50;

const silent = { debug() {}, info() {}, warn() {}, error() {} };
