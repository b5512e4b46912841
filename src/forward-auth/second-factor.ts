import type { Database } from '../database/database';
import { Failure } from '../errors';
import type { Freshness } from '../sessions/fresh';
import type { AuthenticatedSession } from '../sessions/session.check';

/** Whether a session stands on two factors. @throws {Failure} REAUTHENTICATION_REQUIRED with `acr_values="mfa"` (RFC 9470 §3) */
export type RequireSecondFactor = (session: AuthenticatedSession) => Promise<void>;

/** What comes after a password, or is two by itself (sessions/session.ts). */
const second: readonly string[] = ['otp', 'rc', 'user'];

/**
 * It began with two, or its owner has shown the second one since: a proof of who is there asks for the strongest kind that there is, so one that is
 * younger than the app was the app's.
 */
export const createRequireSecondFactor =
  ({ client }: Pick<Database, 'client'>, freshness: Pick<Freshness, 'methodsOf'>): RequireSecondFactor =>
  async ({ row, user }) => {
    if (row.methods.split(' ').some((method) => second.includes(method))) return;
    const totp =
      row.verifiedAt === null ? null : await client.totp.findUnique({ where: { userId: user.id }, select: { confirmedAt: true } });
    if (row.verifiedAt !== null && totp?.confirmedAt != null && totp.confirmedAt <= row.verifiedAt) return;
    throw new Failure('REAUTHENTICATION_REQUIRED', { methods: await freshness.methodsOf(user), acrValues: 'mfa' });
  };
