import type { z } from 'zod';
import { userActor } from '../actor';
import type { Answer } from '../answer';
import type { Note } from '../audit/audit.service';
import type { Queries, UserRow } from '../database/database';
import { badInput, Failure } from '../errors';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SignedIn } from '../sessions/signed-in';
import type { Change } from '../sessions/start-session';
import { requireSameAccount } from '../users/account-state';
import type { Admission, AdmissionDependencies, Entry } from './admission';
import type { AdmissionEvent } from './admission.events';
import type { completeLoginInput } from './admission.inputs';
import { keepAccount } from './cancel-deletion';
import { setupKinds } from './factor-setup';
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

/** The others begin at another provider: see identities/complete-login.ts. */
type OwnKind = Exclude<ChallengeKind, 'link' | 'registration'>;

const isOwn = (challenge: Challenge): challenge is Challenge & { readonly kind: OwnKind } =>
  challenge.kind !== 'link' && challenge.kind !== 'registration';

const identityOf = ({ identity }: Challenge): Pick<Entry, 'identity'> => (identity === null ? {} : { identity });

interface Completion {
  readonly input: z.output<typeof completeLoginInput>;
  readonly challenge: Challenge;
  readonly user: UserRow;
  readonly requester: Requester;
}

export function createCompleteLogin(dependencies: Dependencies): CompleteLogin {
  const { database, admission, secrets, clock } = dependencies;

  const withSecondFactor = createWithSecondFactor(dependencies);

  /** By the kind of the challenge: what was still to be shown, and what is done with it. */
  const completions: { readonly [Kind in OwnKind]: (completion: Completion) => Promise<Answer<SignedIn>> } = {
    deletion: (completion) =>
      admission.admit(completion.user, {
        ...identityOf(completion.challenge),
        methods: completion.challenge.methods,
        requester: completion.requester,
        delivery: completion.input.delivery,
        takesBackDeletion: true,
        change: async (queries, note) => {
          await spend(queries, completion.challenge.name, completion.challenge.expiresAt);
          return takeDeletionBack(completion, queries, note, dependencies);
        },
      }),
    'second factor': (completion) => {
      const { id, generation } = completion.user;
      return withSecondFactor(completion, {}, (queries) => requireSameAccount(queries, { id, generation }));
    },
    'second factor and deletion': (completion) =>
      withSecondFactor(completion, { takesBackDeletion: true }, (queries, note) =>
        takeDeletionBack(completion, queries, note, dependencies),
      ),
    'second factor setup': (completion) => completions['second factor'](completion),
    'second factor setup and deletion': (completion) => completions['second factor and deletion'](completion),
  };

  return async (input, requester) => {
    requireDeliverable(input.delivery, requester);
    const challenge = readChallenge(input.challenge, secrets, clock);
    if (challenge === null || !isOwn(challenge)) throw new Failure('INVALID_CODE');
    const user = await database.client.user.findUnique({ where: { id: challenge.userId } });
    if (user === null || user.generation !== challenge.generation) throw new Failure('INVALID_CODE');
    return completions[challenge.kind]({ input, challenge, user, requester });
  };
}

/** Nothing of the challenge is used up before the second factor was right: a wrong one leaves it as it is, and the limits count. */
const createWithSecondFactor =
  ({ admission, secondFactors }: Dependencies) =>
  async (completion: Completion, rest: Pick<Entry, 'takesBackDeletion'>, change: Change): Promise<Answer<SignedIn>> => {
    const { input, challenge, user, requester } = completion;
    requireProof(input, setupKinds.has(challenge.kind));
    return secondFactors.withProof(user, input, { requester, challenge: input.challenge }, ({ methods, useUp }) =>
      admission.admit(user, {
        ...rest,
        ...identityOf(challenge),
        methods: [...challenge.methods, ...methods],
        requester,
        delivery: input.delivery,
        change: async (queries, note) => {
          await spend(queries, challenge.name, challenge.expiresAt);
          await useUp(queries, note);
          return change(queries, note);
        },
      }),
    );
  };

/** Part of the caller's transaction. @throws {Failure} INVALID_CODE when it was taken back, or done, meanwhile */
async function takeDeletionBack(
  { user, requester }: Completion,
  queries: Queries,
  note: Note<AdmissionEvent>,
  dependencies: Dependencies,
): Promise<UserRow> {
  const owner = { user, actor: userActor(user.id, requester), acceptLanguage: requester.acceptLanguage };
  const kept = await keepAccount(queries, note, owner, dependencies);
  if (kept === null) throw new Failure('INVALID_CODE');
  return kept;
}

/** A factor that has just been added shows that it works: no recovery code does. @throws {Failure} BAD_USER_INPUT */
function requireProof({ totp, recoveryCode, passkey }: z.output<typeof completeLoginInput>, isSetup: boolean): void {
  if (totp != null || passkey != null || (recoveryCode != null && !isSetup)) return;
  throw badInput({ path: 'totp', message: isSetup ? 'is required, or passkey' : 'is required, or recoveryCode, or passkey' });
}
