import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestListener, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { execute, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';

import type { RequestContext } from '../context';
import type { Effects } from '../effects';
import { Failure } from '../errors';
import type { TellHidden } from '../log';
import { type FormatError, formatError, isExpected, originalOf } from './format-error';
import type { OperationLimits } from './graphql.settings';
import { contentTypeFor, responseJson } from './http/content-type';
import { createAdmission } from './limits/operation.limits';
import { type OperationRequest, requireOperation } from './limits/operation.request';
import type { OperationsContext } from './operations.resolver';
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
  /** Of all operations of the document: of two alike, the later one's. */
  readonly effects: Effects;
}

/** What came of an operation, before it is written. */
export interface GraphQLResult {
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  /** Of what was never executed; undefined where it was. */
  readonly status: number | undefined;
  /** The failure that left no data. */
  readonly failure: Failure | undefined;
  /** Of all operations of the document: of two alike, the later one's. */
  readonly effects: Effects;
}

export interface GraphQLServer {
  /** Runs one operation. @throws {Failure} what {@link createAdmission} throws */
  readonly run: (operation: OperationRequest, context: RequestContext) => Promise<GraphQLResult>;
  /** What one operation would be refused with before any of it ran: nothing of it runs. Null: it would run. @throws {Failure} as `run` */
  readonly judge: (operation: OperationRequest, context: RequestContext) => Promise<GraphQLResult | null>;
  /** Answers one POST. @throws {Failure} NOT_ACCEPTABLE, BAD_REQUEST when it is not one operation, and what {@link createAdmission} throws */
  readonly answer: (request: GraphQLRequest) => Promise<GraphQLAnswer>;
  readonly close: () => Promise<void>;
}

interface GraphQLContext extends OperationsContext {
  /** The failure that left no data, and the effects of all operations. In an object, because Apollo makes copies of the context. */
  readonly outcome: { failure?: Failure | undefined; effects: Effects };
  /** Everything but the execution. */
  readonly isTrial: boolean;
}

interface GraphQLSettings {
  readonly introspection: boolean;
  readonly operationLimits: OperationLimits;
}

export async function openGraphQLServer(schema: GraphQLSchema, settings: GraphQLSettings, tellHidden: TellHidden): Promise<GraphQLServer> {
  const admission = createAdmission(schema, settings.operationLimits);
  const apollo = createApollo(schema, settings, tellHidden);
  await apollo.start();

  const take = async (operation: OperationRequest, context: RequestContext, isTrial: boolean): Promise<GraphQLResult> => {
    if (operation.query !== undefined) admission.admit(operation.query, operation.variables);
    const outcome: GraphQLContext['outcome'] = { effects: {} };
    const collect = (effects: Effects): void => void Object.assign(outcome.effects, effects);
    const contextValue: GraphQLContext = { ...context, outcome, collect, isTrial };
    const { http, body: answered } = await apollo.executeOperation(operation, { contextValue });
    if (answered.kind !== 'single') throw new Error('the schema has nothing that answers in parts');
    const { errors, data, extensions } = answered.singleResult;
    const named = errors?.map((error) => withRequestId(error, context.requester.requestId));
    return { data, errors: named, extensions, status: http.status, ...outcome, failure: outcome.failure };
  };

  const run: GraphQLServer['run'] = (operation, context) => take(operation, context, false);
  return {
    run,
    judge: async (operation, context) => {
      const result = await take(operation, context, true);
      return result.data === undefined ? result : null;
    },
    answer: async ({ accept, body, context }) => {
      const contentType = contentTypeFor(accept);
      if (contentType === null) throw new Failure('NOT_ACCEPTABLE'); // Apollo would say so after the operation
      const { data, errors, extensions, status, failure, effects } = await run(requireOperation(body), context);
      const told = contentType === responseJson ? failure : undefined;
      return {
        status: told?.status ?? status ?? 200,
        headers: { 'content-type': contentType }, // Apollo's own is a Cache-Control, and what is answered here is not stored at all
        body: `${JSON.stringify({ errors, data, extensions })}\n`,
        failure: told,
        effects,
      };
    },
    close: () => apollo.stop(),
  };
}

/** With nothing switched on that a gateway has no use for. */
function createApollo(schema: GraphQLSchema, { introspection, operationLimits }: GraphQLSettings, tellHidden: TellHidden) {
  const format: FormatError = (formatted, error) => formatError(formatted, error, introspection);
  return new ApolloServer<GraphQLContext>({
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
    formatError: format,
    logger: silent, // what there is to say, the plugin below says without values
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      operationPlugin(tellHidden, format, introspection),
    ],
  });
}

/**
 * What is ours of an operation's way through Apollo. The plugin executes it as well, by the graphql-js that Apollo would call: on
 * its own way there Apollo reads `Accept` once more, for answers in parts that this schema has none of (docs/decisions/007).
 */
function operationPlugin(tellHidden: TellHidden, format: FormatError, introspection: boolean): ApolloServerPlugin<GraphQLContext> {
  const noteErrors = (errors: readonly GraphQLError[], { requester, collect }: GraphQLContext): void => {
    for (const error of errors) {
      const original = originalOf(error);
      if (original instanceof Failure) collect(original.effects);
      if (original instanceof Failure || !isExpected(error)) tellHidden(requester.requestId, original);
    }
  };
  const listener: GraphQLRequestListener<GraphQLContext> = {
    didResolveOperation: async ({ schema, operation, request }) => {
      if (operation && !schema.getRootType(operation.operation)) throw noSuchOperations(operation.operation);
      try {
        if (operation) checkVariables(schema, operation, request.variables ?? {}, introspection);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: error.status } } });
      }
    },
    responseForOperation: async ({ schema, document, request, contextValue }) => {
      if (contextValue.isTrial) return { http: noHead, body: { kind: 'single', singleResult: { data: {} } } };
      const { operationName, variables: variableValues } = request;
      const { data, errors } = await execute({ schema, document, operationName, variableValues, contextValue });
      if (data === undefined) return null; // nothing was executed: Apollo finds the same fault, and says it
      if (errors === undefined) return { http: noHead, body: { kind: 'single', singleResult: { data } } };
      noteErrors(errors, contextValue);
      if (data === null) contextValue.outcome.failure = failureOf(errors[0]);
      return {
        http: noHead,
        body: { kind: 'single', singleResult: { errors: errors.map((error) => format(error.toJSON(), error)), data } },
      };
    },
    didEncounterErrors: async ({ errors, contextValue }) => noteErrors(errors, contextValue),
    willSendResponse: async ({ response, contextValue }) => {
      const { rateLimit } = contextValue.outcome.effects;
      if (rateLimit && response.body.kind === 'single')
        response.body.singleResult.extensions = { ...response.body.singleResult.extensions, rateLimit };
    },
  };
  return { requestDidStart: async () => listener };
}

/** Nothing that HTTP would have to say. Apollo reads it only. */
const noHead = { headers: new HeaderMap() };

/** Of what left no data its first error is the outcome of the whole request. */
function failureOf(error: unknown): Failure {
  const original = originalOf(error);
  return original instanceof Failure ? original : new Failure('INTERNAL_SERVER_ERROR');
}

/** graphql-js finds this out only when it executes, and then it looks like a defect. */
const noSuchOperations = (kind: string): GraphQLError =>
  new GraphQLError(`This schema has no ${kind} operations.`, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });

/** Every error says the request's id, the ones included that Apollo writes before an operation is known. */
const withRequestId = (error: GraphQLFormattedError, requestId: string): GraphQLFormattedError => ({
  ...error,
  extensions: { ...error.extensions, requestId },
});

/** Of one answer: a flood of faults is answered with its beginning. */
const maxListedErrors = 50;

const silent = { debug() {}, info() {}, warn() {}, error() {} };
