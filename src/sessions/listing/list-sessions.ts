import type { Clock } from '../../clock';
import type { Database, SessionRow } from '../../database/database';
import type { AuthenticatedSession, Verdict } from '../../proofs/proofs';
import { unended } from '../ending/session.ending';
import { type Session, toSession } from '../session';
import type { SessionsSettings } from '../sessions.settings';
import type { SessionLoader } from './session.loader';

/** Live sessions, newest first. */
export interface ListSessions {
  /** Of these users. */
  readonly findLive: (userIds: readonly string[]) => Promise<SessionRow[]>;
  /** The caller's. */
  readonly list: (session: AuthenticatedSession, loader: SessionLoader) => Promise<Session[]>;
  /** Those of a user that some field leads to: null for everybody but that user. */
  readonly listOf: (userId: string, verdict: Verdict, loader: SessionLoader) => Promise<Session[] | null>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly config: Pick<SessionsSettings, 'freshSeconds'>;
}

export function createListSessions({ database, clock, config }: Dependencies): ListSessions {
  const list: ListSessions['list'] = async ({ row, user }, loader) =>
    (await loader.load(user.id)).map((each) => toSession(each, row.id, config));
  return {
    findLive: async (userIds) => {
      const rows = await database.client.session.findMany({
        where: unended(userIds, clock),
        include: { user: { select: { generation: true } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      return rows.filter(({ generation, user }) => generation === user.generation);
    },
    list,
    listOf: async (userId, verdict, loader) =>
      verdict.accepted && verdict.session.user.id === userId ? list(verdict.session, loader) : null,
  };
}
