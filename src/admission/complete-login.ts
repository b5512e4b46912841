import type { z } from 'zod';
import { userActor } from '../actor';
import type { Answer } from '../answer';
import type { UserRow } from '../database/database';
import { Failure } from '../errors';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SignedIn } from '../sessions/signed-in';
import type { Admission, AdmissionDependencies } from './admission';
import type { completeLoginInput } from './admission.inputs';
import { keepAccount } from './cancel-deletion';
import { type Challenge, type ChallengeKind, readChallenge } from './login-challenge';
import { spend } from './spent';

/**
 * Goes on with a log-in whose credential was right. A challenge counts once, and only with the account as it was then.
 * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, what {@link Admission} throws, FORBIDDEN (a cookie for a foreign page), UNAVAILABLE
 */
export type CompleteLogin = (input: z.output<typeof completeLoginInput>, requester: Requester) => Promise<Answer<SignedIn>>;

interface Dependencies extends AdmissionDependencies {
  readonly admission: Admission;
}

interface Completion {
  readonly input: z.output<typeof completeLoginInput>;
  readonly challenge: Challenge;
  readonly user: UserRow;
  readonly requester: Requester;
}

export function createCompleteLogin(dependencies: Dependencies): CompleteLogin {
  const { database, admission, secrets, clock } = dependencies;

  /** By the kind of the challenge: what was still to be shown, and what is done with it. */
  const completions: { readonly [Kind in ChallengeKind]: (completion: Completion) => Promise<Answer<SignedIn>> } = {
    deletion: ({ input, challenge, user, requester }) =>
      admission.admit(user, {
        methods: challenge.methods,
        requester,
        delivery: input.delivery,
        takesBackDeletion: true,
        change: async (queries, note) => {
          await spend(queries, input.challenge, challenge.expiresAt);
          const kept = await keepAccount(
            queries,
            note,
            { user, actor: userActor(user.id, requester), acceptLanguage: requester.acceptLanguage },
            dependencies,
          );
          if (kept === null) throw new Failure('INVALID_CODE');
          return kept;
        },
      }),
  };

  return async (input, requester) => {
    requireDeliverable(input.delivery, requester);
    const challenge = readChallenge(input.challenge, secrets, clock);
    if (challenge === null) throw new Failure('INVALID_CODE');
    const user = await database.client.user.findUnique({ where: { id: challenge.userId } });
    if (user === null || user.generation !== challenge.generation) throw new Failure('INVALID_CODE');
    return completions[challenge.kind]({ input, challenge, user, requester });
  };
}
