import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { isUsedUp } from '../database/queries/spent.query';
import { Failure } from '../errors';
import type { FactorSetup } from '../proofs/proofs';
import type { SecondFactorCheck } from '../second-factors/second-factor-check';
import type { Secrets } from '../secrets';
import { type Challenge, type ChallengeKind, readChallenge } from './login-challenge';

/** Those who have shown a first factor, and get no session before they have a second one. */
export interface FactorSetups {
  /**
   * By the challenge of SECOND_FACTOR_SETUP_REQUIRED. It uses nothing up: a secret is asked for, and then a code of it, and the challenge goes
   * on to `completeLogin`. Once there is a second factor it adds none: whoever knows the password alone would add another one.
   * @throws {Failure} INVALID_CODE (old, used, forged, of something else, of before a change of the account, or there is a second factor),
   * UNAVAILABLE
   */
  readonly require: (challenge: string) => Promise<FactorSetup>;
}

interface Dependencies {
  readonly database: Database;
  readonly secondFactors: SecondFactorCheck;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** Challenges of whoever has to add a second factor: no other one may. */
export const setupKinds: ReadonlySet<ChallengeKind> = new Set(['second factor setup', 'second factor setup and deletion']);

export const createFactorSetups = ({ database, secondFactors, secrets, clock }: Dependencies): FactorSetups => ({
  require: async (text) => {
    const challenge = readChallenge(text, secrets, clock);
    if (challenge === null || !setupKinds.has(challenge.kind)) throw new Failure('INVALID_CODE');
    const user = await database.client.user.findUnique({ where: { id: challenge.userId } });
    const isAsThen = user !== null && user.generation === challenge.generation && user.disabledAt === null;
    if (!(await isLinkedStill(database, challenge))) throw new Failure('INVALID_CODE');
    if (!isAsThen || (await isUsedUp(database.client, challenge.name)) || (await secondFactors.isNeeded(user.id)))
      throw new Failure('INVALID_CODE');
    return { user, row: null } as FactorSetup; // the one place that makes the proof
  },
});

/** Of another provider's word: whether it opens the account still. Unlinked meanwhile it may have been a thief's. */
async function isLinkedStill({ client }: Database, { identity, userId }: Challenge): Promise<boolean> {
  if (identity?.linkedAs === undefined) return true;
  return (await client.identity.count({ where: { id: identity.linkedAs, userId } })) > 0;
}
