import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A private PostgreSQL cluster of the tests: on loopback, in a folder of its own, gone afterwards. */
export interface Cluster {
  /** The URL of a database of that name. */
  readonly url: (database: string) => string;
  readonly folder: string;
  /** The postmaster, for tests that stop it. */
  readonly processId: number;
  readonly stop: () => Promise<void>;
}

const howToGetOne = `The tests need PostgreSQL's server programs (initdb and postgres), and found none.
  Debian, Ubuntu:  apt-get install postgresql
  macOS:           brew install postgresql@17
Or set TEST_POSTGRESQL_BIN to the folder that holds them.`;

/** Starts a cluster. @throws when there is no PostgreSQL, with the way to get one */
export async function startCluster(): Promise<Cluster> {
  const bin = findBinaries();
  const owner = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgresql-'));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const asOwner = { ...owner, cwd: folder };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'], {
    ...asOwner,
    stdio: 'pipe',
  });
  const port = await freePort();
  const settings = {
    ...{ port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200 },
    ...{ fsync: 'off', full_page_writes: 'off', autovacuum: 'off' }, // it would visit hundreds of databases, again and again
  };
  const postgres = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...asOwner, stdio: 'ignore' },
  );
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  await untilReachable(url('postgres'));
  return {
    url,
    folder,
    processId: postgres.pid ?? 0,
    stop: async () => {
      const ended = new Promise((resolve) => postgres.once('exit', resolve));
      postgres.kill('SIGINT'); // fast shutdown
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on a database. */
export async function runSql(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root. */
export function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody'])
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // the next name
    }
  throw new Error('The tests run as root, and found no user postgres or nobody to run PostgreSQL as.');
}

export function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((left, right) => Number(right) - Number(left)) : [];
  const folders = [
    process.env.TEST_POSTGRESQL_BIN ?? '',
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (found === undefined) throw new Error(howToGetOne);
  return found;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilReachable(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1)
    try {
      await runSql(url, 'SELECT 1');
      return;
    } catch {
      await sleep(50);
    }
  throw new Error('PostgreSQL did not start.');
}
