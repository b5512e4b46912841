import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import { unavailable } from '../errors';
import { type AfterCommit, createAfterCommit } from './after-commit';
import { type ReadSessions, readsByStatements, readsOnSqlite } from './current-reads';
import { Prisma, type PrismaClient, type User as UserRow } from './generated/sqlite/client';
import type { Notices } from './invalidation-bus';
import { knownMigrations } from './migrations/files';
import { type DatabaseOptions, openOnPostgresql, openOnSqlite } from './opened';
import { Outage, translateOutages } from './outage.adapter';
import { rememberRoles } from './postgresql/role-cache';
import { rememberSessions } from './postgresql/session-cache';
import { type Provider, providerOf } from './provider';
import type { Queries } from './queries';
import type { ReadRoles } from './queries/role.query';
import { allOfUser, type SessionWithUserRow, toUserRow } from './queries/session.rows';
import { usableKeys } from './queries/session-with-user.query';
import { sqliteFile } from './sqlite/connection';
import { openCurrentSessions } from './sqlite/session-cache';
import { connectingOnce, inTransaction, type SharedAdapter, type Statements, statementsOn } from './statements';
import { databaseTimeoutMs } from './time-limit';

export type {
  AuditEvent as AuditEventRow,
  Mail as MailRow,
  MailToken as MailTokenRow,
  Passkey as PasskeyRow,
  Role as RoleRow,
  Session as SessionRow,
  SigningKey as SigningKeyRow,
  User as UserRow,
} from './generated/sqlite/client';
export type { DatabaseOptions } from './opened';
export type { Queries } from './queries';
export type { RoleGrants } from './queries/role.query';
export { allOfSession, toSessionRow } from './queries/session.rows';
export { insertion, type Statements } from './statements';

/** An open database. Whatever it cannot do because it is out of reach, full or locked is a Failure UNAVAILABLE. */
export interface Database {
  readonly provider: Provider;
  readonly client: PrismaClient;
  /** Runs `work` in one transaction: all of it happens, or nothing. Keep it short: on SQLite everybody waits. */
  readonly transaction: <T>(work: (queries: Queries) => Promise<T>) => Promise<T>;
  /** Past Prisma's client, each by itself. */
  readonly statements: Statements;
  /** As `transaction`, past Prisma's client. What is published in it is not kept back: nothing may be. */
  readonly transactionOfStatements: <T>(work: (statements: Statements) => Promise<T>) => Promise<T>;
  /** Calls back once the transaction of these queries, or of these statements, is committed, and never when it is rolled back. */
  readonly afterCommit: AfterCommit['afterCommit'];
  /**
   * Statements that need no transaction, past Prisma's client. On SQLite they are one all the same, because each commit is a flush to disk for which
   * everybody waits; on PostgreSQL each is by itself, so that none holds a row's lock while the next one waits for another's.
   */
  readonly inOrder: <T>(work: (statements: Statements) => Promise<T>) => Promise<T>;
  /** The same, of statements that do not need each other either: on PostgreSQL they run side by side. */
  readonly together: <T>(works: readonly ((statements: Statements) => Promise<T>)[]) => Promise<T[]>;
  /** Past Prisma's client. */
  readonly findUser: (by: 'usernameKey' | 'emailKey', key: string) => Promise<UserRow | null>;
  /** In the order of the ids, as they are now in every column; null for one that is not there. */
  readonly readSessionsAfresh: (ids: readonly string[]) => Promise<readonly (SessionWithUserRow | null)[]>;
  /**
   * As far as they decide whether a session counts, and for whom, they are as now: a session that was ended and a user that
   * was changed are seen. On PostgreSQL what a refresh writes may be older. Without a query where nothing has changed.
   */
  readonly readCurrentSessions: ReadSessions;
  /** Every role that has a row, with what it stands for, as strictly as now; and the same list while nothing has changed. @throws {Failure} UNAVAILABLE */
  readonly readCurrentRoles: ReadRoles;
  /** Whether sessions are remembered at all: otherwise each question is a query. */
  readonly remembersSessions: boolean;
  /** Whether none of these signing keys was removed. */
  readonly areKeysUsable: (keyIds: readonly string[]) => Promise<boolean>;
  /** What nodes tell each other. */
  readonly notices: Notices;
  /** What the database's own clock says. SQLite's is this machine's. @throws {Failure} UNAVAILABLE */
  readonly now: () => Promise<Date>;
  /** Whether every migration of this version is there. @throws {Failure} UNAVAILABLE when the database does not answer. */
  readonly isMigrated: () => Promise<boolean>;
  /** Writes a row, as a request would. @throws {Failure} UNAVAILABLE where it cannot: a full disk, a standby, a lock that stays */
  readonly requireWritable: () => Promise<void>;
  /** How often the database could not serve, by the class of the cause: a closed list (outage.reason.ts). */
  readonly outages: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/**
 * Opens `file:` with SQLite and `postgresql://` with PostgreSQL. It does not migrate: see migrations/migrate.ts.
 * @throws {UnsuitableDatabaseError}, and the driver's errors
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const { onQuery = () => {}, leaseMs = 0 } = options;
  const provider = providerOf(url);
  const opened = await (provider === 'sqlite' ? openOnSqlite(url, options) : openOnPostgresql(url, options));
  const { driver, notices, transactionWith, file } = opened;
  const { afterCommit, thenCalling } = createAfterCommit();
  const outages = new Map<string, number>();
  const asFailure = <T>(work: () => Promise<T>): Promise<T> =>
    translatingOutages(work, (reason) => outages.set(reason, (outages.get(reason) ?? 0) + 1));
  const Client = await loadClient(provider);
  const factory = connectingOnce(
    translateOutages(driver, (sql) => {
      file?.requireSame();
      onQuery(sql);
    }),
  );
  const client = createClient(Client, factory, asFailure);
  const current = provider === 'sqlite' ? openCurrentSessions(sqliteFile(url), onQuery) : undefined;

  const plainStatements = statementsOn(factory.connect, provider);
  const statements: Statements = {
    rows: (sql, ...values) => asFailure(() => plainStatements.rows(sql, ...values)),
    execute: (sql, ...values) => asFailure(() => plainStatements.execute(sql, ...values)),
  };
  const transactionOfStatements: Database['transactionOfStatements'] = (work) =>
    asFailure(() => thenCalling(async (inside) => inTransaction(await factory.connect(), databaseTimeoutMs, inside), work));

  const plainReads = readsByStatements(statements);
  const reads = current === undefined ? plainReads : readsOnSqlite(current, file, plainReads);

  return {
    provider,
    client,
    transaction: (work) => asFailure(() => thenCalling((inside) => transactionWith(client, inside), work)),
    afterCommit,
    statements,
    transactionOfStatements,
    inOrder: (work) => (provider === 'postgresql' ? work(statements) : transactionOfStatements(work)),
    together: (works) =>
      provider === 'postgresql'
        ? Promise.all(works.map((work) => work(statements)))
        : transactionOfStatements((inside) => oneAfterAnother(works, inside)),
    notices,
    readSessionsAfresh: async (ids) => (await reads.readSessions(ids, [])).sessions,
    readCurrentSessions: current === undefined ? rememberSessions(reads.readSessions, notices, leaseMs) : reads.readSessions,
    readCurrentRoles: current === undefined ? rememberRoles(reads.readRoles, notices, leaseMs) : reads.readRoles,
    remembersSessions: provider === 'sqlite' || leaseMs > 0,
    ...questions(provider, client, statements),
    outages,
    close: async () => {
      file?.close();
      await notices.close();
      if (file?.isReplaced()) return; // SQLite would remove a -wal file that belongs to another database by now
      current?.close(); // first: the last connection puts everything into the one file
      await client.$disconnect();
      await factory.close(); // Prisma's client closes nothing that it was not asked for
    },
  };
}

/** What is asked past what features store. */
function questions(
  provider: Provider,
  client: PrismaClient,
  statements: Statements,
): Pick<Database, 'findUser' | 'areKeysUsable' | 'now' | 'isMigrated' | 'requireWritable'> {
  const migrations = knownMigrations(provider);
  return {
    findUser: async (by, key) => {
      const [found] =
        await statements.rows`SELECT ${allOfUser} FROM "users" WHERE ${by === 'emailKey' ? Prisma.sql`"emailKey"` : Prisma.sql`"usernameKey"`} = ${key}`;
      return found === undefined ? null : toUserRow(found);
    },
    areKeysUsable: async (keyIds) => {
      const [found] = await statements.rows(usableKeys(keyIds));
      return Number(found?.[0]) === keyIds.length;
    },
    now: async () => {
      if (provider === 'sqlite') return new Date();
      const [row] = await client.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS "now"`;
      return row?.now ?? new Date(Number.NaN);
    },
    isMigrated: async () => {
      const rows = await client.$queryRaw<{ migration_name: string }[]>`
        SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
      const applied = new Set(rows.map((row) => row.migration_name));
      return migrations.every((name) => applied.has(name));
    },
    requireWritable: async () => {
      const row = { holder: '', leaseUntil: new Date() };
      await client.job.upsert({ where: { name: writeCheck }, create: { name: writeCheck, ...row }, update: row });
    },
  };
}

/** With the same models and methods as Prisma's: only what a query throws is another. */
function createClient(
  Client: typeof PrismaClient,
  adapter: SharedAdapter,
  asFailure: <T>(work: () => Promise<T>) => Promise<T>,
): PrismaClient {
  const client = new Client({
    adapter,
    errorFormat: 'minimal', // the others print the arguments of a failed query, passwords' hashes included
    transactionOptions: { maxWait: databaseTimeoutMs, timeout: databaseTimeoutMs },
  });
  return client.$extends({ query: { $allOperations: ({ args, query }) => asFailure(() => query(args)) } }) as unknown as PrismaClient;
}

/** The row of `jobs` that {@link Database.requireWritable} writes: no job has this name. */
const writeCheck = 'write-check';

async function oneAfterAnother<T>(works: readonly ((statements: Statements) => Promise<T>)[], statements: Statements): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work(statements));
  return results;
}

/** Only the provider in use is loaded. */
async function loadClient(provider: Provider): Promise<typeof PrismaClient> {
  if (provider === 'sqlite') return (await import('./generated/sqlite/client')).PrismaClient;
  // The two clients are made from the same models and differ in their datasource alone (test/database/migrations/schema.test.ts).
  return (await import('./generated/postgresql/client')).PrismaClient as unknown as typeof PrismaClient;
}

/** A transaction that did not begin or end in time (P2028) or met a deadlock (P2034) is an outage as well. */
async function translatingOutages<T>(work: () => Promise<T>, onOutage: (reason: string) => void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { code?: string };
    const outage = error instanceof Outage ? error : code === 'P2028' || code === 'P2034' ? new Outage(error) : null;
    if (outage === null) throw error;
    onOutage(outage.reason);
    throw unavailable(Object.assign(outage, { code: outage.reason })); // as the log shows the class of every error
  }
}

/** Whether a unique index refused the row (P2002 of Prisma's client, and what its adapter says). Which one, the caller has to look up. */
export const isUniqueViolation = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'P2002' ||
  (isDriverAdapterError(error) && error.cause.kind === 'UniqueConstraintViolation');
