// better-auth on SQLite, as its documentation sets it up, without its limit of tries. Its passwords are hashed with scrypt.
//
//   node better-auth.mjs FILE
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { Kysely, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { announce } from './listen.mjs';

const database = new Database(process.argv[2]);
database.exec('PRAGMA journal_mode=WAL');
// libsql calls itself better-sqlite3's equal, but takes INSERT … RETURNING for a statement without rows.
const prepare = database.prepare.bind(database);
database.prepare = (sql) => {
  const statement = prepare(sql);
  Object.defineProperty(statement, 'reader', { value: /^\s*(select|with|pragma)\b|\breturning\b/i.test(sql) });
  return statement;
};

const options = {
  database: { db: new Kysely({ dialect: new SqliteDialect({ database }) }), type: 'sqlite', transaction: true },
  secret: 'a secret of a benchmark that holds nothing 0123456789',
  baseURL: 'http://127.0.0.1',
  trustedOrigins: ['*'],
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const server = createServer(toNodeHandler(auth)).listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${server.address().port}`));
