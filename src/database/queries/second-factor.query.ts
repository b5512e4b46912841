import type { Queries } from '../queries';

/** What somebody has beside the first factor. */
export interface SecondFactors {
  readonly totp: boolean;
  readonly recoveryCodesLeft: number;
}

type Reads = Pick<Queries, 'totp' | 'recoveryCode'>;

/** Whether a second factor is to be asked for. @throws {Failure} UNAVAILABLE */
export const hasSecondFactor = async ({ totp }: Pick<Queries, 'totp'>, userId: string): Promise<boolean> =>
  (await totp.count({ where: { userId, confirmedAt: { not: null } } })) > 0;

/** @throws {Failure} UNAVAILABLE */
export async function readSecondFactors(queries: Reads, userId: string): Promise<SecondFactors> {
  const totp = await hasSecondFactor(queries, userId);
  const recoveryCodesLeft = await queries.recoveryCode.count({ where: { userId, usedAt: null } });
  return { totp, recoveryCodesLeft };
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
