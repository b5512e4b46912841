import { secondsAfter } from '../../clock';
import type { Queries, SessionRow } from '../../database/database';
import { keyTimes } from '../../tokens/key-rotation';

/**
 * What services that verify by themselves must refuse: one row for a session that ended, or one for all that a user had.
 * Each is a part of the transaction that ends the sessions.
 */
export type EndedSession = Pick<SessionRow, 'id' | 'authenticatedAt' | 'tokensExpireAt'>;

/** Nodes' clocks write these moments, and may differ a little; so may the clock of a service. */
export const clockDifferenceSeconds = 60;

/** A user's sessions end: all that began before now, but for one that goes on. */
export interface UserRevocation {
  readonly userId: string;
  /** The user's generation from now on. */
  readonly generation: number;
  readonly keptSessionId: string | null;
}

export async function recordEnded(queries: Queries, ended: readonly EndedSession[], now: number): Promise<void> {
  const rows = ended.map((session) => ({ id: session.id, at: new Date(now), expiresAt: lastTokenExpiresAt(session, now) }));
  const needed = rows.filter(({ expiresAt }) => expiresAt.getTime() > now); // of the others no token is left
  if (needed.length > 0) await queries.revocation.createMany({ data: needed });
}

/**
 * One row for the user. `auth_time` of a token is when its session began, in whole seconds, and a session that begins a moment
 * later on a node with a slower clock must not be refused: so the row speaks of the sessions that began at least a minute ago,
 * and the few younger ones have a row each. Everybody who changes a user's generation holds its row, so that two revocations come one after the other.
 */
export async function recordUserRevocation(
  queries: Queries,
  revocation: UserRevocation,
  ended: readonly EndedSession[],
  now: number,
): Promise<void> {
  const before = new Date(Math.floor(now / 1000 - clockDifferenceSeconds) * 1000);
  const isOld = ({ authenticatedAt }: EndedSession): boolean => authenticatedAt < before;
  await recordEnded(
    queries,
    ended.filter((session) => !isOld(session)),
    now,
  );
  const latest = Math.max(0, ...ended.filter(isOld).map((session) => lastTokenExpiresAt(session, now).getTime()));
  if (latest <= now) return;
  const { userId: id, generation, keptSessionId } = revocation;
  const earlier = await queries.revocation.findUnique({ where: { id } });
  const row = {
    before: new Date(Math.max(before.getTime(), earlier?.before?.getTime() ?? 0)),
    except: keptSessionId,
    generation,
    at: new Date(now),
    expiresAt: new Date(Math.max(latest, earlier?.expiresAt.getTime() ?? 0)),
  };
  await queries.revocation.upsert({ where: { id }, create: { id, ...row }, update: row });
}

const lastTokenExpiresAt = ({ tokensExpireAt }: EndedSession, now: number): Date =>
  tokensExpireAt === null
    ? secondsAfter(now, keyTimes.tokensLiveForSeconds)
    : secondsAfter(tokensExpireAt.getTime(), clockDifferenceSeconds);
