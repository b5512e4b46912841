import { requireAccess } from '../../access/access';
import { Failure } from '../../errors';
import type { GraphQLServer } from '../../graphql/graphql.server';
import { neededFor, type Part, type Plan } from '../plan/plan';
import { type Grant, grantEach, nothingRefused } from '../refusals/grant';
import { withRefusals } from '../refusals/nulls';
import type { Prune } from '../refusals/pruner';
import type { RoutedRequest } from '../router';
import type { ShownTo } from '../schema/shown.schema';
import type { AskedPart, Exchange } from './exchange';
import { failedPart, failedWith, givenTo, type PartAnswer, withoutPlaces } from './part.answer';
import { requireUsable, toPartAnswer } from './upstream.body';

export interface MixedRequest extends Omit<AskedPart, 'part'> {
  readonly request: RoutedRequest;
  /** As parsed. */
  readonly values: Readonly<Record<string, unknown>>;
}

interface Dependencies {
  readonly own: Pick<GraphQLServer, 'run'> | null;
  readonly introspection: ShownTo;
  readonly exchange: Exchange;
  /** Takes refused fields out of a query. Null: the operation is refused for them. */
  readonly prune: Prune | null;
  readonly mask: boolean;
  /** What an error hides is told in the log. */
  readonly tell: (requestId: string, failure: Failure) => void;
}

/** Runs the parts: those of a query side by side, those of a mutation one after the other, each judged by what the ones before have left. */
export function createMixed({ own, introspection, exchange, prune, mask, tell }: Dependencies) {
  const runOwn = createRunOwn(own);

  const askUpstream = async (part: Part, mixed: MixedRequest, { session, refused }: Grant): Promise<PartAnswer> => {
    const { requestId } = mixed.request.origin;
    const pruned = refused.size > 0 ? prune?.(part, refused) : undefined;
    const answer = await exchange.ask({ ...mixed, part: pruned?.part ?? part }, session, mixed.request, true);
    requireUsable(answer, false);
    if (pruned === undefined) return toPartAnswer(part, answer, mask, requestId);
    return withRefusals(toPartAnswer(part, answer, mask, requestId, pruned.marks.here.keys()), pruned.marks, refused, requestId);
  };

  const describe = async (part: Part, { values, request }: MixedRequest): Promise<PartAnswer> => {
    const shown = await introspection(request.context.verdict);
    const { data, errors } = shown.answer(part.text, givenTo(part, values));
    const { requestId } = request.origin;
    const named = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
    if (data === null) return failedWith(part, named, 400);
    return { data: new Map(Object.entries(data).map(([key, value]) => [key, JSON.stringify(value)])), errors: named, status: 400 };
  };

  /** What a part could not do is an error at its fields, and the others are answered. */
  const run = async (part: Part, mixed: MixedRequest, grant: Grant): Promise<PartAnswer> => {
    try {
      if (part.owner === 'own') return await runOwn(part, mixed);
      return part.owner === 'schema' ? await describe(part, mixed) : await askUpstream(part, mixed, grant);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      tell(mixed.request.origin.requestId, error);
      return failedPart(part, error, mixed.request.origin.requestId);
    }
  };

  return async (mixed: MixedRequest): Promise<PartAnswer[]> => {
    const { plan, request } = mixed;
    const { context } = request;
    if (plan.operation === 'query' && prune !== null) {
      const grant = await grantEach(neededFor(plan), context);
      refuseRoots(plan, grant, prune);
      return Promise.all(plan.parts.map((part) => run(part, mixed, grant)));
    }
    const session = await requireAccess(neededFor(plan), context.verdict, context.freshness); // before anything runs
    if (plan.operation !== 'mutation') return Promise.all(plan.parts.map((part) => run(part, mixed, { session, refused: nothingRefused })));
    const answers: PartAnswer[] = [];
    for (const part of plan.parts) {
      context.renew();
      const answer = await requireAccess(part.needed, context.verdict, context.freshness).then(
        (granted) => run(part, mixed, { session: granted, refused: nothingRefused }),
        (error: unknown) => {
          if (error instanceof Failure) return failedPart(part, error, request.origin.requestId);
          throw error;
        },
      );
      answers.push(answer);
      if (answer.data === null) break; // GraphQL §6.4.4: what comes after it is not run
    }
    return answers;
  };
}

/** What must not be null at the root, and is refused, refuses the whole, before anything runs. @throws {Failure} */
function refuseRoots({ parts }: Plan, { refused }: Grant, prune: Prune): void {
  if (refused.size > 0) for (const part of parts) if (part.owner === 'upstream') prune(part, refused);
}

const createRunOwn =
  (own: Dependencies['own']) =>
  async (part: Part, { request, values, operationName }: MixedRequest): Promise<PartAnswer> => {
    if (own === null) throw new Error('nothing of ours is served on this path');
    const operation = { query: part.text, variables: givenTo(part, values), ...(operationName !== null && { operationName }) };
    const { data, errors = [], extensions = {}, status, failure, effects } = await own.run(operation, request.context);
    if (data === undefined) return { ...failedWith(part, errors, status ?? 400), effects };
    return {
      data: data === null ? null : new Map(Object.entries(data).map(([key, value]) => [key, JSON.stringify(value)])),
      errors: withoutPlaces(errors),
      extensions: new Map(Object.entries(extensions).map(([name, value]) => [name, JSON.stringify(value)])),
      status: failure?.status ?? 500,
      effects,
    };
  };
