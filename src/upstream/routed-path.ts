import { requireAccess } from '../access/access';
import { Failure } from '../errors';
import type { GraphQLServer } from '../graphql/graphql.server';
import { contentTypeFor } from '../graphql/http/content-type';
import { requireOperation } from '../graphql/limits/operation.request';
import type { UploadSettings, UpstreamSettings } from '../policy/upstream.grammar';
import type { Exchange } from './answer/exchange';
import { mergeAnswers } from './answer/merge';
import type { createMixed } from './answer/mixed';
import { givenTo, withoutPlaces } from './answer/part.answer';
import { askedDocument, isObject } from './documents/asked';
import { type Asked, createSettle } from './documents/settle';
import type { DocumentStore } from './documents/store';
import type { Pass } from './pass';
import { neededFor, type Plan } from './plan/plan';
import type { Planner } from './plan/planner';
import { isRefusal } from './refusals/grant';
import type { RoutedAnswer, RoutedPath, RoutedRequest } from './router';
import { admitForm } from './uploads/admit-form';
import { createUploads } from './uploads/uploads';

/** Of an operation of ours alone: as much as without anything behind. */
const ownBodyBytes = 100 * 1024;

export interface PathParts {
  readonly path: string;
  readonly documents: DocumentStore;
  readonly upstream: UpstreamSettings;
  readonly planner: Planner;
  /** Null: this path has none of our operations. */
  readonly own: Pick<GraphQLServer, 'answer' | 'judge'> | null;
  readonly exchange: Exchange;
  readonly runMixed: ReturnType<typeof createMixed>;
  /** Whether a refused field of a query is left out of its answer, in the place of a refusal. */
  readonly prunes: boolean;
  readonly pass: Pass;
  readonly hasStreams: boolean;
}

export function createRoutedPath({
  path,
  documents,
  upstream,
  planner,
  own,
  exchange,
  runMixed,
  pass,
  prunes,
  hasStreams,
}: PathParts): RoutedPath {
  const settle = createSettle(documents, planner);
  const answerForm = createUploads({ upstream, documents, planner, settle, exchange });
  const judgeOwn = createOwnJudge(own);

  const answerOwn = createAnswerOwn(own);

  return {
    path,
    maxBodyBytes: upstream.maxBodyBytes,
    admitForm: upstream.uploads && ((headers) => admitForm(headers, upstream.uploads as UploadSettings)),
    answer: async (request) => {
      if (request.form !== undefined) return answerForm(request.form, request);
      const body = request.body?.value;
      if (own !== null && !isObject(body)) return answerOwn(body, request);
      const { query: _query, ...operation } = isObject(body) ? body : requireOperation(body);
      const document = askedDocument(isObject(body) ? body : {}, documents);
      if (document.text === null) {
        if (document.ids.length > 0 && documents.takesIds) throw new Failure('PERSISTED_QUERY_NOT_FOUND');
        if (own !== null) return answerOwn(body, request);
        requireOperation(body);
        throw new Failure('PERSISTED_QUERY_NOT_FOUND');
      }
      const plan = planner.planOf(document.text, document.operationName);
      if (plan.kind === 'own') {
        documents.remember(document);
        return answerOwn({ ...operation, query: document.text }, request);
      }
      if (contentTypeFor(request.headers.accept) === null && plan.kind === 'mixed') throw new Failure('NOT_ACCEPTABLE');
      const asked = settle({ plan, document, written: { text: request.body?.text ?? '', value: body }, request });
      if (plan.operation === 'subscription') requireStream(request.headers.accept, hasStreams);
      if (plan.kind === 'upstream' && !(prunes && (await isRefused(plan, request)))) return pass(plan, asked, request);
      if (contentTypeFor(request.headers.accept) === null) throw new Failure('NOT_ACCEPTABLE');
      const refused = await judgeOwn(plan, asked, request);
      if (refused !== null) return refused;
      return mergeAnswers(plan, await runMixed({ plan, ...asked, request }), request.headers.accept);
    },
  };
}

/** Whether something of a query may not be had by this caller. */
async function isRefused(plan: Plan, { context }: RoutedRequest): Promise<boolean> {
  if (plan.operation !== 'query') return false;
  return requireAccess(neededFor(plan), context.verdict, context.freshness).then(
    () => false,
    (error: unknown) => {
      if (isRefusal(error)) return true;
      throw error;
    },
  );
}

const createAnswerOwn =
  (own: PathParts['own']) =>
  async (body: unknown, request: RoutedRequest): Promise<RoutedAnswer> => {
    if (own === null) throw new Failure('BAD_REQUEST');
    if ((request.body?.bytes ?? 0) > ownBodyBytes) throw new Failure('PAYLOAD_TOO_LARGE');
    request.note({ kind: 'own' });
    return own.answer({ accept: request.headers.accept, body, context: request.context });
  };

/** All that is ours of a mixed operation, before anything runs: nothing of it is refused once another part has run. */
function createOwnJudge(own: PathParts['own']) {
  const judged = new WeakSet<Plan>();
  return async (plan: Plan, { operationName, values }: Asked, { context, headers }: RoutedRequest): Promise<RoutedAnswer | null> => {
    if (own === null || plan.own === null || judged.has(plan)) return null;
    const operation = { query: plan.own.text, variables: givenTo(plan.own, values), ...(operationName !== null && { operationName }) };
    const refused = await own.judge(operation, context);
    if (refused === null) {
      if (plan.own.variables.length === 0) judged.add(plan); // nothing about it changes
      return null;
    }
    const body = `${JSON.stringify({ errors: withoutPlaces(refused.errors ?? []) })}\n`;
    return { status: refused.status ?? 400, headers: { 'content-type': contentTypeFor(headers.accept) ?? 'application/json' }, body };
  };
}

/** @throws {Failure} BAD_REQUEST, NOT_ACCEPTABLE */
function requireStream(accept: string | undefined, isServed: boolean): void {
  if (!isServed)
    throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: 'asks for a subscription, which this path does not serve' }] });
  if (!/\b(text\/event-stream|multipart\/mixed)\b/i.test(accept ?? '')) throw new Failure('NOT_ACCEPTABLE');
}
