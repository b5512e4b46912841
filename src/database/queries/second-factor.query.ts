import type { Queries } from '../queries';
import type { Statements } from '../statements';

/** What somebody has beside the first factor. */
export interface SecondFactors {
  readonly totp: boolean;
  /** How many there are, security keys with them. */
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
}

type Reads = Pick<Queries, 'totp' | 'recoveryCode' | 'passkey'>;

/** Whether a second factor is to be asked for: one statement, because every log-in asks. @throws {Failure} UNAVAILABLE */
export async function hasSecondFactor(statements: Statements, userId: string): Promise<boolean> {
  const found = await statements.rows`
    SELECT "userId" FROM "totp" WHERE "userId" = ${userId} AND "confirmedAt" IS NOT NULL
    UNION SELECT "userId" FROM "passkeys" WHERE "userId" = ${userId}`;
  return found.length > 0;
}

/** The same by a caller's transaction. @throws {Failure} UNAVAILABLE */
export async function hasSecondFactorNow(queries: Pick<Reads, 'totp' | 'passkey'>, userId: string): Promise<boolean> {
  if ((await queries.totp.count({ where: { userId, confirmedAt: { not: null } } })) > 0) return true;
  return (await queries.passkey.count({ where: { userId } })) > 0;
}

/** Whether there was one at that moment, and is still: one statement. @throws {Failure} UNAVAILABLE */
export async function hasSecondFactorOfBefore(statements: Statements, userId: string, moment: Date): Promise<boolean> {
  const found = await statements.rows`
    SELECT "userId" FROM "totp" WHERE "userId" = ${userId} AND "confirmedAt" <= ${moment}
    UNION SELECT "userId" FROM "passkeys" WHERE "userId" = ${userId} AND "createdAt" <= ${moment}`;
  return found.length > 0;
}

/** @throws {Failure} UNAVAILABLE */
export async function readSecondFactors(queries: Reads, userId: string): Promise<SecondFactors> {
  const totp = (await queries.totp.count({ where: { userId, confirmedAt: { not: null } } })) > 0;
  const passkeys = await queries.passkey.count({ where: { userId } });
  const recoveryCodesLeft = await queries.recoveryCode.count({ where: { userId, usedAt: null } });
  return { totp, passkeys, recoveryCodesLeft };
}

/**
 * Uses a time step up, in one statement: of any number at once that come with its code, one gets a row (RFC 6238 §5.2).
 * @returns whether it was this one
 */
export async function useUpStep(queries: Pick<Queries, 'totp'>, userId: string, secret: string, step: number): Promise<boolean> {
  const { count } = await queries.totp.updateMany({
    where: { userId, secret, confirmedAt: { not: null }, lastStep: { lt: step } },
    data: { lastStep: step },
  });
  return count === 1;
}

/** The same for a recovery code. */
export async function useUpRecoveryCode(
  queries: Pick<Queries, 'recoveryCode'>,
  userId: string,
  codeHash: string,
  now: Date,
): Promise<boolean> {
  const { count } = await queries.recoveryCode.updateMany({ where: { userId, codeHash, usedAt: null }, data: { usedAt: now } });
  return count === 1;
}
