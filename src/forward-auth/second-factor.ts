import type { Database } from '../database/database';
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
  ({ client }: Pick<Database, 'client'>, freshness: Pick<Freshness, 'methodsOf'>): RequireSecondFactor =>
  async ({ row, user }) => {
    if (areTwoFactors(row.methods.split(' '))) return;
    if (row.verifiedAt !== null) {
      const before = { lte: row.verifiedAt };
      if ((await client.totp.count({ where: { userId: user.id, confirmedAt: before } })) > 0) return;
      if ((await client.passkey.count({ where: { userId: user.id, createdAt: before } })) > 0) return;
    }
    throw new Failure('REAUTHENTICATION_REQUIRED', { methods: await freshness.methodsOf(user), acrValues: 'mfa' });
  };
