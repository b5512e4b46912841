// The databases that the contenders work on: migrated by the gateway, filled by SQL.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { freePort } from './processes.mjs';

const { Client } = createRequire(new URL('../package.json', import.meta.url))('pg');

/** A PostgreSQL of our own, with its defaults (fsync included), on loopback; null where the machine has none. */
export async function startPostgresql() {
  const bin = findBinaries();
  if (bin === undefined) return null;
  const owner = process.getuid() === 0 ? userIds('postgres') : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-pg-'));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const asOwner = { ...owner, cwd: folder };
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'], {
    ...asOwner,
    stdio: 'pipe',
  });
  const port = await freePort();
  const settings = [
    '-c',
    `port=${port}`,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'max_connections=200',
  ];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...asOwner, stdio: 'ignore' });
  const url = (name) => `postgresql://postgres@127.0.0.1:${port}/${name}`;
  for (let tries = 100; ; tries -= 1)
    try {
      await onPostgresql(url('postgres'), async () => {});
      break;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(100);
    }
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.kill('SIGINT')) await ended; // it may have been stopped already
    rmSync(folder, { recursive: true, force: true });
  };
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).replace(/^.*?(\d[\d.]*).*$/s, '$1');
  return {
    url,
    stop,
    version,
    bin,
    data,
    asOwner,
    pid: server.pid,
    create: (name) => onPostgresql(url('postgres'), (client) => client.query(`CREATE DATABASE ${name}`)).then(() => url(name)),
  };
}

export async function onPostgresql(url, work) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function findBinaries() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((left, right) => Number(right) - Number(left)) : [];
  const folders = [
    process.env.TEST_POSTGRESQL_BIN ?? '',
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')));
}

function userIds(name) {
  const id = (flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Fills the database up to so many users and sessions with copies of the user that is there: ids, names and addresses
 * are new, the password is the same. The sessions belong to the new users, `sessionsEach` to each.
 */
export async function fill(databaseUrl, users, sessionsEach) {
  if (databaseUrl.startsWith('postgresql:')) {
    await onPostgresql(databaseUrl, async (client) => {
      const columns = async (table) =>
        (await client.query(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1`, [table])).rows;
      const id = 'gen_random_uuid()::text';
      const numbers = (count) => `generate_series(1, ${count}) AS numbers(n)`;
      await client.query(copyUsers(await columns('users'), numbers(users), id));
      await client.query(copySessions(await columns('sessions'), numbers(sessionsEach), id));
      await client.query('ANALYZE');
    });
    return;
  }
  const database = new Database(databaseUrl.replace(/^file:/, ''));
  const columns = (table) => database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
  const hex = (bytes) => `lower(hex(randomblob(${bytes})))`;
  const id = `${hex(4)} || '-' || ${hex(2)} || '-4' || substr(${hex(2)}, 2) || '-8' || substr(${hex(2)}, 2) || '-' || ${hex(6)}`;
  const numbers = (count) =>
    `(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count}) SELECT n FROM counted)`;
  database.exec('PRAGMA journal_mode=WAL');
  database.exec('PRAGMA synchronous=OFF'); // of this connection alone: nobody waits for these rows
  database.exec('PRAGMA cache_size=-400000');
  database.exec(copyUsers(columns('users'), numbers(users), id));
  database.exec(copySessions(columns('sessions'), numbers(sessionsEach), id));
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  database.close();
}

/** In their order by number, as users come: username and address grow, ids are random. */
const copyUsers = (columns, numbers, id) =>
  copy('users', columns, `users, ${numbers}`, `users."usernameKey" = 'seed'`, {
    id,
    username: `'filler' || n`,
    usernameKey: `'filler' || n`,
    email: `'filler' || n || '@example.com'`,
    emailKey: `'filler' || n || '@example.com'`,
  });

const copySessions = (columns, numbers, id) =>
  copy(
    'sessions',
    columns,
    `sessions, users, ${numbers}`,
    `sessions."id" = (SELECT MIN("id") FROM sessions) AND users."usernameKey" LIKE 'filler%'`,
    {
      id,
      userId: 'users."id"',
      generation: 'users."generation"',
    },
  );

function copy(table, columns, from, where, changed) {
  const names = columns.map(({ name }) => name);
  const values = names.map((name) => changed[name] ?? `${table}."${name}"`);
  return `INSERT INTO ${table} (${names.map((name) => `"${name}"`)}) SELECT ${values} FROM ${from} WHERE ${where}`;
}
