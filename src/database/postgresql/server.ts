/**
 * One run of one PostgreSQL server. A notification reaches nobody outside of it: two connections hear each other if and only if
 * they are on the same. Every role may call what these columns call.
 */
export interface Server {
  /** Which cluster: the same on a primary and on its standbys. */
  readonly system: string;
  /** Raised by every promotion. 0: it is a standby. */
  readonly timeline: number;
  /** When its postmaster began, in microseconds since 1970: tells a copy of the cluster from the original. */
  readonly startedAt: string;
}

/**
 * The columns of {@link readServer}. The timeline is that of the write position: `pg_control_checkpoint()` tells the old one until the first
 * checkpoint after a promotion.
 */
export const serverColumns = `pg_backend_pid() AS "backendPid",
  (SELECT system_identifier FROM pg_control_system())::text AS "system",
  CASE WHEN pg_is_in_recovery() THEN 0
    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS "timeline",
  (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text AS "startedAt"`;

/** What a connection says of itself. */
export interface Backend {
  /** The process that serves it: behind a pooler another one than the connection was greeted with. */
  readonly backendPid: number;
  readonly server: Server;
}

export type ServerRow = { readonly backendPid: number } & Server;

/** @throws when there is no row */
export function readServer([row]: readonly ServerRow[]): Backend {
  if (row === undefined) throw new Error('the server does not say which one it is');
  const { backendPid, system, timeline, startedAt } = row;
  return { backendPid, server: { system, timeline, startedAt } };
}

export const isSameServer = (one: Server, other: Server): boolean =>
  one.system === other.system && one.timeline === other.timeline && one.startedAt === other.startedAt;

/** Whether `one` was left behind by a promotion that `other` has had. Of two clusters neither is older. */
export const isOlderServer = (one: Server, other: Server): boolean => one.system === other.system && one.timeline < other.timeline;
