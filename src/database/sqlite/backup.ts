import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { closeSqlite, openSqlite, retryWhileBusy, sqliteFile } from './connection';

export interface Backup {
  readonly file: string;
  readonly bytes: number;
}

/** A copy that cannot be made, or cannot be trusted. The message says why. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** How long it waits for the lock of somebody who writes, in milliseconds. */
const busyTimeoutMs = 30_000;

/**
 * Writes the whole SQLite database, as it is at one moment, into a new file, and examines the copy. A gateway goes on
 * meanwhile: it is read like any other reader would (VACUUM INTO, in WAL).
 *
 * A file that was copied without its -wal lacks what was written last; this one has everything.
 * @throws {BackupError}, and the system's errors
 */
export async function backUpSqlite(url: string, target: string): Promise<Backup> {
  if (!existsSync(sqliteFile(url))) throw new BackupError('There is no database yet.');
  makeTarget(target);
  try {
    await copyInto(url, target);
    await examine(target);
  } catch (error) {
    rmSync(target, { force: true }); // half of a backup is none
    throw error;
  }
  return { file: target, bytes: statSync(target).size };
}

/** For this user alone, and new: O_EXCL follows no link, one that leads nowhere neither (open(2)). SQLite copies into an empty file. */
function makeTarget(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new BackupError(`${target} is there already; a backup is never written over.`);
  }
}

async function copyInto(url: string, target: string): Promise<void> {
  const { sqlite } = await openSqlite(url, busyTimeoutMs);
  try {
    await retryWhileBusy(async () => void sqlite.prepare('VACUUM INTO ?').run([target]), busyTimeoutMs);
  } finally {
    closeSqlite(sqlite);
  }
}

/** Nobody else has the copy open: it may be opened and closed. */
export async function examine(file: string): Promise<void> {
  const { sqlite } = await openSqlite(`file:${encodeURI(file)}`, busyTimeoutMs, 'DELETE');
  const answer = sqlite.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
  sqlite.close();
  if (answer[0]?.integrity_check !== 'ok') throw new BackupError(`${file} does not pass SQLite's integrity check.`);
}
