import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Another process that has a lock on an SQLite file. */
export interface ForeignLock {
  readonly release: () => Promise<void>;
}

const source = `
  const sqlite = new (require('libsql'))(process.argv[1]);
  sqlite.exec('BEGIN');
  sqlite.exec(process.argv[2]);
  if (/^SELECT/.test(process.argv[2])) sqlite.prepare(process.argv[2]).all();
  process.stdout.write('locked');
  process.stdin.once('end', () => { sqlite.exec('ROLLBACK'); sqlite.close(); }).resume();
`;

/** Lets another process hold the lock that one statement in a transaction takes, until it is released. */
export async function lockElsewhere(file: string, statement: string): Promise<ForeignLock> {
  const child = spawn(process.execPath, ['-e', source, file, statement], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const locked = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  if (locked === null) throw new Error('the other process could not take the lock');
  return {
    release: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
