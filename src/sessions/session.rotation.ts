import { randomBytes } from 'node:crypto';
import type { AuditService } from '../audit/audit.service';
import type { Client } from '../client';
import { type Clock, secondsAfter } from '../clock';
import type { Config } from '../config';
import { allOfSession, type Database, type SessionRow, toSessionRow } from '../database/database';
import { Failure } from '../errors';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Secrets } from '../secrets';
import { type RefreshTokenContent, readRefreshToken } from '../tokens/refresh-token';
import { earlier, tokensEnd } from './session';
import { isLive, type SessionCheck, type SessionWithUser } from './session.check';
import { endSessions } from './session.ending';

/**
 * Spends a refresh token (RFC 9700 §4.14.2). Of any number of tabs that come with the same one, one rotates it; within
 * the grace the others get the same successor. A token from before that has been stolen, or lost by its thief: its session ends.
 * @throws {Failure} INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, RATE_LIMITED
 */
export type SpendRefreshToken = (refreshToken: string, client: Client) => Promise<SessionWithUser>;

export interface RotationDependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly check: SessionCheck;
  readonly secrets: Secrets;
  readonly config: Pick<Config, 'accessTokenSeconds' | 'refreshIdleSeconds' | 'refreshGraceSeconds'>;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly limits: Pick<Limits, 'refresh'>;
}

export function createRotation({
  database,
  audit,
  check,
  secrets,
  config,
  clock,
  ledger,
  limits,
}: RotationDependencies): SpendRefreshToken {
  /** One statement: of those who try at once, one gets the row back. */
  const rotate = async ({ sessionId, counter, salt }: RefreshTokenContent, expiresAt: Date): Promise<SessionRow | null> => {
    const now = new Date(clock.now());
    const idleExpiresAt = earlier(secondsAfter(now.getTime(), config.refreshIdleSeconds), expiresAt);
    const [rotated] = await database.statements.rows`
      UPDATE "sessions" SET "refreshCounter" = ${counter + 1}, "refreshSalt" = ${newSalt()}, "rotatedAt" = ${now}, "lastUsedAt" = ${now},
        "idleExpiresAt" = ${idleExpiresAt}, "tokensExpireAt" = ${tokensEnd(now.getTime(), expiresAt, config)}
      WHERE "id" = ${sessionId} AND "refreshCounter" = ${counter} AND "refreshSalt" = ${salt}
        AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}
      RETURNING ${allOfSession}`;
    return rotated === undefined ? null : toSessionRow(rotated);
  };

  const readLive = async (sessionId: string): Promise<SessionWithUser> => {
    const found = await check.read(sessionId);
    if (found === null || !isLive(found, clock.now())) throw new Failure('INVALID_REFRESH_TOKEN');
    return found;
  };

  const endReused = async ({ row }: SessionWithUser, client: Client): Promise<never> => {
    await audit.change(async (queries, note) => {
      note({ event: 'session.refresh_reused', outcome: 'refused', userId: row.userId, sessionId: row.id, client });
      await endSessions(queries, { id: row.id, revokedAt: null }, { clock, database });
    });
    throw new Failure('REFRESH_TOKEN_REUSED');
  };

  /** On either side: a clock that was set back must not make the grace longer. */
  const isWithinGrace = (row: SessionRow): boolean =>
    config.refreshGraceSeconds > 0 && Math.abs(clock.now() - row.rotatedAt.getTime()) <= config.refreshGraceSeconds * 1000;

  /** Clients refresh when an access token expires: only one that does so all the time costs the ledger a row. */
  const isHasty = (row: SessionRow): boolean =>
    row.refreshCounter > 0 && clock.now() - row.rotatedAt.getTime() < limits.refresh.windowSeconds * 1000;

  return async (refreshToken, client) => {
    const presented = readRefreshToken(refreshToken, secrets);
    if (presented === null) throw new Failure('INVALID_REFRESH_TOKEN'); // forged: the database is not asked
    const before = await readLive(presented.sessionId);
    if (isHasty(before.row)) await (await ledger.reserve([{ limit: limits.refresh, subject: presented.sessionId }], client)).spend();

    const isCurrent = presented.counter === before.row.refreshCounter && presented.salt === before.row.refreshSalt;
    const rotated = isCurrent ? await rotate(presented, before.row.expiresAt) : null;
    if (rotated !== null) {
      audit.log({ event: 'session.refreshed', userId: rotated.userId, sessionId: rotated.id, client });
      return { row: rotated, user: before.user };
    }

    const found = isCurrent ? await readLive(presented.sessionId) : before; // another tab was faster
    const behind = found.row.refreshCounter - presented.counter;
    if (behind <= 0) throw new Failure('INVALID_REFRESH_TOKEN'); // of a time that a restored backup does not know: ends nothing
    if (behind === 1 && isWithinGrace(found.row)) return found;
    return endReused(found, client);
  };
}

/** 8 random bytes in base64url, new at each rotation: see tokens/refresh-token.ts. */
export const newSalt = (): string => randomBytes(8).toString('base64url');
