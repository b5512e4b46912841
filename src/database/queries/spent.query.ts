import { createHash } from 'node:crypto';
import { isUniqueViolation } from '../database';
import type { Queries } from '../queries';

const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Uses up what lies nowhere until then. Part of the caller's transaction, which fails where this is false: of any number that come with the same
 * one, the primary key lets one win. @returns whether it was this one
 */
export async function spendOnce(queries: Pick<Queries, 'spent'>, token: string, expiresAt: Date): Promise<boolean> {
  try {
    await queries.spent.create({ data: { key: keyOf(token), expiresAt } });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

/** Whether somebody has used it up. @throws {Failure} UNAVAILABLE */
export const isUsedUp = async ({ spent }: Pick<Queries, 'spent'>, token: string): Promise<boolean> =>
  (await spent.findUnique({ where: { key: keyOf(token) }, select: { key: true } })) !== null;
