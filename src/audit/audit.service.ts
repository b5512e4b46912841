import { randomUUID } from 'node:crypto';
import { type Actor, nameOf, originOf } from '../actor';
import type { Clock } from '../clock';
import { type AuditEventRow, type Database, insertion, type Queries, type Statements } from '../database/database';
import type { Logger } from '../log';
import { networkPrefix } from '../network';
import { hmacSha256, type Secret, type Secrets } from '../secrets';
import type { LoggedEventName } from './audit.events';

export type AuditOutcome = 'ok' | 'refused';

/** What happened to whom. Nothing here may be a secret, or a value that a client sent as one. */
export interface AuditEntry<Name extends string = string> {
  readonly event: Name;
  /** `ok` when left out. */
  readonly outcome?: AuditOutcome;
  /** Who did it. */
  readonly actor: Actor;
  /** Whose account it is. */
  readonly userId?: string | undefined;
  /** The normal form of a name that belongs to nobody. Only a keyed hash of it is kept: people type passwords there. */
  readonly tried?: string | undefined;
  readonly sessionId?: string | undefined;
  /** A few words of our own. */
  readonly detail?: string | undefined;
}

/** Notes an event in the transaction that it belongs to. @returns the id of its row */
export type Note<Name extends string = string> = (entry: AuditEntry<Name>) => string;

/**
 * Who did what to an account, and from where (ASVS 5.0 16.3). Each event is one row and one line in the log. `Name` are the events that a
 * service may note: those of its feature, so that another one does not compile.
 *
 * The row is written in the transaction of the change, so that neither is there without the other; an event without a
 * change is written before it is answered. When the row cannot be written, the answer is UNAVAILABLE: see
 * docs/decisions/012-audit-in-the-transaction.md.
 */
export interface AuditService<Name extends string = string> {
  /** One transaction with what it notes; the lines follow once it is committed. @throws {Failure} UNAVAILABLE */
  readonly change: <T>(work: (queries: Queries, note: Note<Name>) => Promise<T>) => Promise<T>;
  /** The same, past Prisma's client. @throws {Failure} UNAVAILABLE */
  readonly changeByStatements: <T>(work: (statements: Statements, note: Note<Name>) => Promise<T>) => Promise<T>;
  /** An event that changes nothing, such as a refused login. @throws {Failure} UNAVAILABLE, with the line in the log all the same */
  readonly record: (entry: AuditEntry<Name>) => Promise<void>;
  /** A line without a row, for what happens all the time. */
  readonly log: (entry: AuditEntry<LoggedEventName>) => void;
  /**
   * Of somebody who is gone: what happened and when stays, without network and user agent, also of tries with these names (in normal form) that were
   * nobody's. Part of the caller's transaction.
   */
  readonly forget: (queries: Queries, userId: string, names: readonly string[]) => Promise<void>;
  /** Newest first. */
  readonly list: (filter: AuditFilter) => Promise<AuditEventRow[]>;
}

export interface AuditFilter {
  /** Events of this user, or of these names in normal form before anybody had them. */
  readonly who?: { readonly userId: string; readonly names: readonly string[] } | undefined;
  readonly event?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
}

interface Dependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createAuditService({ database, secrets, clock, logger }: Dependencies): AuditService {
  const toRow = (entry: AuditEntry): AuditEventRow => ({
    id: randomUUID(),
    at: new Date(clock.now()),
    ...describe(entry, secrets.current),
  });

  const logLine = ({ id, at: _at, ...row }: AuditEventRow, recorded = true): void => {
    const line = { auditId: id, ...withoutNull(row) };
    if (recorded) logger.info(line, 'audit');
    else logger.warn({ ...line, recorded }, 'audit');
  };

  const noter = { toRow, logLine };

  return {
    change: (work) => noting(noter, database.transaction, work, (queries, rows) => queries.auditEvent.createMany({ data: rows })),
    changeByStatements: (work) =>
      noting(noter, database.transactionOfStatements, work, async (statements, rows) => {
        for (const row of rows) await statements.execute(insertion('audit_events', row)); // one, where this is used
      }),

    record: async (entry) => {
      const row = toRow(entry);
      let recorded = false;
      try {
        await database.statements.execute(insertion('audit_events', row));
        recorded = true;
      } finally {
        logLine(row, recorded);
      }
    },

    log: (entry) => logger.info(withoutNull(describe(entry, secrets.current)), 'audit'),

    forget: async (queries, userId, names) => {
      const where = ofSomebody({ userId, names }, secrets);
      await queries.auditEvent.updateMany({ where, data: { clientPrefix: null, userAgent: null, subject: null } });
    },

    list: ({ who, event, outcome, since, until, limit }) =>
      database.client.auditEvent.findMany({
        where: {
          ...(who && ofSomebody(who, secrets)),
          ...(event !== undefined && { event }),
          ...(outcome !== undefined && { outcome }),
          at: { ...(since && { gte: since }), ...(until && { lt: until }) },
        },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit,
      }),
  };
}

interface Noter {
  readonly toRow: (entry: AuditEntry) => AuditEventRow;
  readonly logLine: (row: AuditEventRow) => void;
}

/** `write` is given the rows within the transaction that `run` makes, after the work. */
async function noting<Inside, T>(
  { toRow, logLine }: Noter,
  run: (inside: (tools: Inside) => Promise<T>) => Promise<T>,
  work: (tools: Inside, note: Note) => Promise<T>,
  write: (tools: Inside, rows: AuditEventRow[]) => Promise<unknown>,
): Promise<T> {
  const noted: AuditEventRow[] = [];
  const result = await run(async (tools) => {
    const answer = await work(tools, (entry) => {
      const row = toRow(entry);
      noted.push(row);
      return row.id;
    });
    if (noted.length > 0) await write(tools, noted);
    return answer;
  });
  for (const row of noted) logLine(row);
  return result;
}

/** Events of this user, and of tries with these names that were nobody's. */
const ofSomebody = ({ userId, names }: NonNullable<AuditFilter['who']>, secrets: Secrets) => ({
  OR: [{ userId }, { subject: { in: subjectsOf(names, secrets) } }],
});

function describe({ event, outcome = 'ok', actor, userId, tried, sessionId, detail }: AuditEntry<string>, secret: Secret) {
  const subject = tried === undefined ? null : subjectOf(tried, secret); // of a known name too: it is no less work than an unknown one
  const { requestId, userAgent, ipAddress } = originOf(actor);
  return {
    event,
    outcome,
    actor: nameOf(actor),
    userId: userId ?? null,
    subject: userId === undefined ? subject : null,
    sessionId: sessionId ?? null,
    requestId,
    clientPrefix: networkPrefix({ ipAddress }),
    userAgent,
    detail: detail ?? null,
    disputedAt: null,
  };
}

/** 128 bits are enough to tell names apart; without the key nobody can try names against them. */
const subjectOf = (name: string, secret: Secret): string =>
  hmacSha256(secret.key('audit-subject'), name).subarray(0, 16).toString('base64url');

const subjectsOf = (names: readonly string[], { all }: Secrets): string[] =>
  names.flatMap((name) => all.map((secret) => subjectOf(name, secret)));

const withoutNull = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
