import type { Database } from '../database/database';
import { hasSecondFactorOfBefore } from '../database/queries/second-factor.query';
import { Failure } from '../errors';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Freshness } from '../sessions/fresh';
import { areTwoFactors } from '../sessions/session';

/** Whether a session stands on two factors. @throws {Failure} REAUTHENTICATION_REQUIRED with `acr_values="mfa"` (RFC 9470 §3) */
export type RequireSecondFactor = (session: AuthenticatedSession) => Promise<void>;

/**
 * It began with two, or its owner has shown the second one since: a proof of who is there asks for the strongest kind that there is, so one that is
 * younger than the app or the passkey was shown by one of them.
 */
export const createRequireSecondFactor =
  ({ statements }: Pick<Database, 'statements'>, freshness: Pick<Freshness, 'methodsOf'>): RequireSecondFactor =>
  async ({ row, user }) => {
    if (areTwoFactors(row.methods.split(' '))) return;
    if (row.verifiedAt !== null && (await hasSecondFactorOfBefore(statements, user.id, row.verifiedAt))) return;
    throw new Failure('REAUTHENTICATION_REQUIRED', { methods: await freshness.methodsOf(user), acrValues: 'mfa' });
  };
