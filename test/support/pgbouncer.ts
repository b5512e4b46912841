import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, runSql, unprivilegedUser } from './postgresql';

/** PgBouncer before the tests' PostgreSQL, on loopback. As Debian ships it but for what is asked. */
export interface Pooler {
  /** The URL of the same database, through the pooler. */
  readonly url: string;
  readonly processId: number;
  readonly stop: () => Promise<void>;
}

export interface PoolerSettings {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Connections to PostgreSQL. */
  readonly poolSize?: number;
  /** Start-up parameters that it swallows; a stock one refuses those that it does not know. */
  readonly ignoredParameters?: readonly string[];
}

const programs = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer', '/usr/local/bin/pgbouncer'];
const program = process.env.TEST_PGBOUNCER ?? programs.find((file) => existsSync(file));

/** Whether there is a PgBouncer (`apt-get install pgbouncer`, or TEST_PGBOUNCER). For `itWhere`. */
export const hasPgBouncer = program !== undefined;

/** Starts one before the server of `databaseUrl`. */
export async function startPgBouncer(
  databaseUrl: string,
  { mode, poolSize = 20, ignoredParameters = [] }: PoolerSettings,
): Promise<Pooler> {
  const owner = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const port = await freePort();
  const server = new URL(databaseUrl);
  const users = join(folder, 'users.txt');
  writeFileSync(users, `"${server.username}" ""\n`);
  const file = join(folder, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    pool_mode: mode,
    default_pool_size: poolSize,
    server_idle_timeout: 5, // each test has a database of its own, and PostgreSQL's connections are shared by all of them
    max_client_conn: 500,
    ignore_startup_parameters: ignoredParameters.join(','),
  };
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${server.hostname} port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  );
  if (owner) for (const path of [folder, users, file]) chownSync(path, owner.uid, owner.gid);
  const pooler = spawn(program ?? 'pgbouncer', ['-q', file], { ...owner, cwd: folder, stdio: 'ignore' });
  const url = new URL(databaseUrl);
  url.port = String(port);
  await untilAnswers(url.href);
  return {
    url: url.href,
    processId: pooler.pid ?? 0,
    stop: async () => {
      const ended = new Promise((resolve) => pooler.once('exit', resolve));
      pooler.kill('SIGTERM'); // immediate shutdown
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1)
    try {
      await runSql(url, 'SELECT 1');
      return;
    } catch {
      await sleep(50);
    }
  throw new Error('PgBouncer did not start.');
}
