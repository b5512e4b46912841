import { type Answer, toAnswer } from '../answer';
import { type RequestContext, requireFresh, requireFreshOrChallenge, requireSession, requireSessionOrCookie } from '../context';
import { judgeInput } from './judge';
import type { BoundOperation, OperationAccess, Proofs } from './operation';

/** The check of each access. @throws {Failure} UNAUTHENTICATED, REAUTHENTICATION_REQUIRED, INVALID_CODE, FORBIDDEN, UNAVAILABLE */
const guards: { readonly [Access in OperationAccess]: (context: RequestContext, input: unknown) => Promise<Proofs[Access]> } = {
  public: async () => null,
  optional: (context) => context.verdict(),
  shown: async ({ authorization, verdict, keptVerdict: kept, serviceClient: client }) => ({ authorization, verdict, kept, client }),
  session: requireSession,
  fresh: requireFresh,
  'fresh or challenge': requireFreshOrChallenge,
  'session or cookie': requireSessionOrCookie,
};

/** Called with the name of an operation around its run: metrics and traces. */
export type Instrument = <T>(operation: string, run: () => Promise<T>) => Promise<T>;

/** How every door calls an operation: the guard, then the input, then the rule. `input` is whatever came, in the house's names. */
export type Execute = (operation: BoundOperation, context: RequestContext, input: unknown) => Promise<Answer<unknown>>;

/** @returns {Execute} which throws what the guard, `parseInput` and the operation throw. */
export const createExecute =
  (instrument: Instrument): Execute =>
  (operation, context, input) =>
    instrument(operation.name, async () => {
      const proof = await guards[operation.access](context, input);
      const parsed = await judgeInput(operation, proof, input ?? (operation.inputIs ? {} : input));
      return toAnswer(await operation.run({ proof, input: parsed, requester: context.requester, loaders: context.loaders }));
    });
