import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Queries } from '../../database/database';
import { readSecondFactors } from '../../database/queries/second-factor.query';
import { hashOfRecoveryCode, newRecoveryCode, readRecoveryCode, recoveryCodeCount } from './recovery-codes';

export interface NewRecoveryCodes {
  /** Shown once. Empty: the earlier ones go on. */
  readonly recoveryCodes: string[];
  readonly endedSessions: number;
}

/** They come with a second factor, and go with the last. Part of the caller's transaction. */
export async function dropUselessRecoveryCodes(queries: Queries, userId: string): Promise<void> {
  const { totp, passkeys } = await readSecondFactors(queries, userId);
  if (!totp && passkeys === 0) await queries.recoveryCode.deleteMany({ where: { userId } });
}

/**
 * Replaces all. Part of the caller's transaction. @returns the codes, which nobody can be shown again; none where there are some already
 */
export async function makeRecoveryCodes(
  queries: Queries,
  userId: string,
  clock: Clock,
  when: 'always' | 'unless there are some' = 'always',
): Promise<string[]> {
  if (when === 'unless there are some' && (await readSecondFactors(queries, userId)).recoveryCodesLeft > 0) return [];
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode);
  const createdAt = new Date(clock.now());
  await queries.recoveryCode.deleteMany({ where: { userId } });
  await queries.recoveryCode.createMany({
    data: codes.map((code) => ({ id: randomUUID(), userId, codeHash: hashOfRecoveryCode(readRecoveryCode(code) ?? ''), createdAt })),
  });
  return codes;
}
