import { randomUUID } from 'node:crypto';
import Connection from 'libsql';
import PromisingConnection from 'libsql/promise';
import {
  type AuditEventRow,
  allOfSession,
  type Database,
  insertion,
  isUniqueViolation,
  openDatabase,
  type SessionRow,
  type Statements,
  toSessionRow,
  type UserRow,
} from '../../src/database/database';
import { Outage } from '../../src/database/outage.adapter';
import { SqliteAdapter } from '../../src/database/sqlite/adapter';
import { openSqlite, sqliteFile } from '../../src/database/sqlite/connection';
import { inTransaction } from '../../src/database/statements';
import { lockElsewhere } from '../support/foreign-lock';
import { copyDatabase, databaseKinds } from '../support/stage';

const at = (text: string): Date => new Date(`2026-11-22T${text}Z`);

const newUser = (username: string): UserRow => ({
  id: randomUUID(),
  username,
  usernameKey: username,
  email: `${username}@example.com`,
  emailKey: `${username}@example.com`,
  emailVerifiedAt: at('08:00:00.007'),
  passwordHash: "gh1$'; DROP TABLE users; --",
  name: 'Zoë "Z" ?, $1',
  bio: null,
  pictureUrl: null,
  locale: 'de',
  roles: 'a b',
  disabledAt: null,
  generation: 3,
  deviceEpoch: 0,
  passkeyHandle: null,
  deletesAt: at('12:00:00.009'),
  passwordDistrustedAt: null,
  createdAt: at('08:00:00.000'),
  updatedAt: at('08:00:00.120'),
});

const newSession = ({ id: userId }: UserRow): SessionRow => ({
  id: randomUUID(),
  userId,
  generation: 3,
  refreshCounter: 7,
  refreshSalt: 'salt',
  spentSalt: '6.before',
  spentKey: null,
  rotatedAt: at('09:00:00.001'),
  authenticatedAt: at('09:00:00.020'),
  createdAt: at('09:00:00.300'),
  lastUsedAt: at('09:00:04.000'),
  idleExpiresAt: at('10:00:00.000'),
  expiresAt: at('23:59:59.999'),
  revokedAt: null,
  tokensExpireAt: at('11:00:00.000'),
  userAgent: null,
  ipAddress: '203.0.113.7',
  methods: 'pwd otp',
  verifiedAt: at('09:00:01.050'),
  kind: 'page',
});

const newEvent = ({ id: userId }: UserRow): AuditEventRow => ({
  id: randomUUID(),
  at: at('09:00:00.001'),
  event: 'login',
  outcome: 'ok',
  userId,
  subject: null,
  sessionId: null,
  requestId: 'a',
  clientPrefix: '203.0.113.0/24',
  userAgent: null,
  detail: 'a few words',
  actor: 'anonymous',
  disputedAt: at('09:30:00.003'),
});

describe.each(databaseKinds)('statements past Prisma, on %s', (kind) => {
  let database: Database;
  let url: string;
  beforeEach(async () => {
    url = await copyDatabase(kind);
    database = await openDatabase(url);
  });
  afterEach(() => database.close());
  const insert = (user: UserRow) => (statements: Statements) => statements.execute(insertion('users', user));
  const usernames = async () => (await database.client.user.findMany({ orderBy: { username: 'asc' } })).map(({ username }) => username);

  it('write rows that Prisma reads as they are, and read what Prisma reads', async () => {
    const user = newUser('kate');
    const [session, event] = [newSession(user), newEvent(user)];
    expect(await insert(user)(database.statements)).toBe(1);
    await database.statements.execute(insertion('sessions', session));
    await database.statements.execute(insertion('audit_events', event));
    expect(await database.client.user.findMany()).toEqual([user]);
    expect(await database.client.session.findMany()).toEqual([session]);
    expect(await database.client.auditEvent.findMany()).toEqual([event]);
    expect(await database.findUser('usernameKey', 'kate')).toEqual(user);
    expect(await database.findUser('emailKey', 'kate@example.com')).toEqual(user);
    expect(await database.findUser('emailKey', 'kate')).toBeNull();
    const moved = at('12:00:00.500');
    const rows = await database.statements.rows`UPDATE "sessions" SET "rotatedAt" = ${moved}, "refreshCounter" = "refreshCounter" + 1
      WHERE "id" = ${session.id} AND "rotatedAt" < ${moved} RETURNING ${allOfSession}`;
    expect(rows.map(toSessionRow)).toEqual([{ ...session, rotatedAt: moved, refreshCounter: 8 }]);
    expect(await database.client.session.findMany()).toEqual(rows.map(toSessionRow));
  });

  it('take values that Prisma has written, in comparisons too', async () => {
    const user = await database.client.user.create({ data: newUser('kate') });
    const found = await database.statements
      .rows`SELECT "id" FROM "users" WHERE "createdAt" = ${user.createdAt} AND "updatedAt" > ${user.createdAt}`;
    expect(found).toEqual([[user.id]]);
  });

  it('say that a unique index has refused a row', async () => {
    await insert(newUser('kate'))(database.statements);
    const twice = await insert(newUser('kate'))(database.statements).catch((error: unknown) => error);
    const inside = await database.transactionOfStatements(insert(newUser('kate'))).catch((error: unknown) => error);
    expect([twice, inside, new Error('another one')].map(isUniqueViolation)).toEqual([true, true, false]);
  });

  it('happen all in a transaction, or not at all, more often than there are connections', async () => {
    for (let time = 0; time < 12; time += 1) {
      const lost = database.transactionOfStatements(async (statements) => {
        await insert(newUser(`lost ${time}`))(statements);
        if (time % 2 === 0) throw new Error('changed its mind');
        await insert(newUser('kept'))(statements);
        await insert(newUser('kept'))(statements);
      });
      await expect(lost).rejects.toThrow();
    }
    expect(await database.transactionOfStatements(insert(newUser('kept')))).toBe(1);
    expect(await usernames()).toEqual(['kept']);
  });

  it("see nothing of another request's transaction, and are not in it", async () => {
    let other: Promise<unknown> | undefined;
    const lost = database.transactionOfStatements(async (statements) => {
      await insert(newUser('lost'))(statements);
      other = insert(newUser('kept'))(database.statements);
      throw new Error('changed its mind');
    });
    await expect(lost).rejects.toThrow('changed its mind');
    await other;
    expect(await usernames()).toEqual(['kept']);
  });
});

describe('statements past Prisma, on SQLite', () => {
  let url: string;
  let database: Database;
  beforeEach(async () => {
    url = await copyDatabase('sqlite');
    database = await openDatabase(url);
  });
  afterEach(() => database.close());
  const insert = (username: string) =>
    database.transactionOfStatements((statements) => statements.execute(insertion('users', newUser(username))));

  it('wait for a lock of another process, and are UNAVAILABLE when it is not given back', async () => {
    const lock = await lockElsewhere(sqliteFile(url), 'DELETE FROM users');
    const refused = { name: 'Failure', code: 'UNAVAILABLE' };
    await Promise.all([
      expect(insert('kate')).rejects.toMatchObject(refused),
      expect(database.statements.execute`DELETE FROM "users"`).rejects.toMatchObject(refused),
    ]);
    const waiting = insert('lars');
    await lock.release();
    expect(await waiting).toBe(1);
  });

  it('leave the next transaction alone when a COMMIT fails', async () => {
    const { exec } = PromisingConnection.prototype;
    let failures = 1;
    const spy = jest.spyOn(PromisingConnection.prototype, 'exec').mockImplementation(async function (this: unknown, sql: string) {
      if (failures-- > 0) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR', rawCode: 10 });
      return exec.call(this, sql);
    });
    const [first, second] = await Promise.allSettled([insert('kate'), insert('lars')]);
    spy.mockRestore();
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(second).toEqual({ status: 'fulfilled', value: 1 });
    expect((await database.client.user.findMany()).map(({ username }) => username)).toEqual(['lars']);
  });

  it('begin nothing more when the time of their transaction is up', async () => {
    const adapter = await new SqliteAdapter(await openSqlite(url, 100)).connect();
    await expect(inTransaction(adapter, -1, (statements) => statements.execute`DELETE FROM "users"`)).rejects.toThrow(Outage);
    expect(await inTransaction(adapter, 60_000, (statements) => statements.execute`DELETE FROM "users"`)).toBe(0);
    await adapter.dispose();
  });

  it('are prepared once, and again when one has failed', async () => {
    const prepare = jest.spyOn(Connection.prototype, 'prepare');
    const count = (sql: string) => prepare.mock.calls.filter(([text]) => text === sql).length;
    const sql = 'UPDATE "users" SET "name" = ?, "usernameKey" = ?';
    const rename = (key: string) => database.statements.execute`UPDATE "users" SET "name" = ${key}, "usernameKey" = ${key}`;
    await insert('kate');
    for (const key of ['a', 'b', 'c']) expect(await rename(key)).toBe(1);
    expect(count(sql)).toBe(1);
    await insert('lars');
    await expect(rename('same')).rejects.toThrow();
    await database.client.user.deleteMany({ where: { username: 'lars' } });
    expect(await rename('d')).toBe(1);
    expect(count(sql)).toBe(2);
    prepare.mockRestore();
  });

  it('go on when another process has changed the table', async () => {
    await insert('kate');
    expect(await database.findUser('usernameKey', 'kate')).not.toBeNull();
    const other = new Connection(sqliteFile(url));
    other.exec(
      'ALTER TABLE "users" RENAME COLUMN "bio" TO "was"; ALTER TABLE "users" ADD COLUMN "bio" TEXT; UPDATE "users" SET "bio" = \'new\'',
    );
    other.close();
    expect((await database.findUser('usernameKey', 'kate'))?.bio).toBe('new');
    expect(await database.client.user.findFirst({ select: { bio: true } })).toEqual({ bio: 'new' });
  });
});

describe.each(databaseKinds)('a database that closes, on %s', (kind) => {
  it.each([
    ['was asked through Prisma', ({ client }: Database) => client.user.count()],
    ['was asked past Prisma alone', ({ statements }: Database) => statements.rows`SELECT 1`],
    ['was asked nothing', async () => {}],
  ])('can be asked nothing more when it %s', async (_how, ask) => {
    const database = await openDatabase(await copyDatabase(kind));
    await ask(database);
    await database.close();
    await expect(database.statements.rows`SELECT 2`).rejects.toThrow();
  });
});
