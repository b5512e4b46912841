import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context';
import { Failure, type FailureCode, failures } from '../errors';
import { describeDefect, type Logger } from '../log';
import { describeFailure, formatError, isExpected, originalOf } from './format-error';
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
}

export interface GraphQLServer {
  /** Answers one POST. @throws {Failure} when the request is not one operation */
  readonly answer: (request: GraphQLRequest) => Promise<GraphQLAnswer>;
  /** A failure that Apollo never saw, in GraphQL's shape. */
  readonly describeFailure: typeof describeFailure;
  readonly close: () => Promise<void>;
}

interface GraphQLContext extends RequestContext {
  /** The failure that left no data. In an object, because Apollo makes copies of the context. */
  readonly outcome: { failure?: Failure };
}

export async function openGraphQLServer(
  schema: GraphQLSchema,
  settings: { readonly introspection: boolean },
  logger: Logger,
): Promise<GraphQLServer> {
  const apollo = new ApolloServer<GraphQLContext>({
    schema,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 1_000 },
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
      const contextValue: GraphQLContext = { ...context, outcome: {} };
      const headers = new HeaderMap([['content-type', 'application/json']]);
      if (accept !== undefined) headers.set('accept', accept);
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers, search: '', body: requireOperation(body) },
        context: async () => contextValue,
      });
      if (response.body.kind !== 'complete') throw new Error('the schema has nothing that answers in parts');
      const failure = isResponseJson(response.headers) ? contextValue.outcome.failure : undefined;
      return {
        status: failure?.status ?? response.status ?? 200,
        headers: { ...Object.fromEntries(response.headers), ...(failure && httpHeadersOf(failure)) },
        body: withRequestId(response.body.string, context.client.requestId),
      };
    },
    describeFailure,
    close: () => apollo.stop(),
  };
}

/**
 * `application/graphql-response+json` carries the code's status; `application/json` has 200 once the operation ran
 * (GraphQL over HTTP §6.4).
 */
const isResponseJson = (headers: HeaderMap): boolean =>
  headers.get('content-type')?.startsWith('application/graphql-response+json') ?? false;

/** The headers that go with a status: RFC 6750 §3, RFC 9110 §10.2.3. */
function httpHeadersOf({ status, details }: Failure): Record<string, string> {
  return {
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(details.retryAfterSeconds !== undefined && { 'retry-after': String(details.retryAfterSeconds) }),
  };
}

/** One operation, not a list of them: a batch would carry many guesses past one limit. */
function requireOperation(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Failure('BAD_REQUEST');
  return body;
}

function errorsPlugin(logger: Logger): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, operation, request }) => {
        try {
          if (operation) checkVariables(schema, operation, request.variables ?? {});
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: error.status } } });
        }
      },
      didEncounterErrors: async ({ errors, contextValue }) => {
        for (const error of errors)
          if (!isExpected(error))
            logger.error({ requestId: contextValue.client.requestId, defect: describeDefect(originalOf(error)) }, 'defect');
      },
      willSendResponse: async ({ response, contextValue }) => {
        if (response.body.kind !== 'single' || response.body.singleResult.data) return;
        const code = response.body.singleResult.errors?.[0]?.extensions?.code;
        const retryAfterSeconds = response.body.singleResult.errors?.[0]?.extensions?.retryAfterSeconds;
        if (typeof code === 'string' && code in failures && response.body.singleResult.data !== undefined)
          contextValue.outcome.failure = new Failure(
            code as FailureCode,
            typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {},
          );
      },
    }),
  };
}

/** Every error says the request's id, the ones included that Apollo writes before a request has a context. */
function withRequestId(body: string, requestId: string): string {
  if (!body.includes('"errors"')) return body;
  const { errors, ...rest } = JSON.parse(body) as { errors?: { extensions?: object }[] };
  if (errors === undefined) return body;
  return `${JSON.stringify({ errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } })), ...rest })}\n`;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
