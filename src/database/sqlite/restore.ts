import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import Connection from 'libsql';
import { migrate, migrationStatus } from '../migrations/migrate';
import { BackupError, examine } from './backup';
import { sqliteFile } from './connection';
import { compareDatabases, type Differences, readStanding } from './restore.differences';

/** A backup on its way back, beside the database and not yet in its place. */
export interface Restoring {
  /** The URL of the copy, at this version. */
  readonly url: string;
  /** Puts it in place of the database, which is kept under another name. @throws {BackupError} while a gateway has it open */
  readonly putInPlace: () => Restored;
  /** Removes the copy, where it was not put in place. */
  readonly abandon: () => void;
}

export interface Restored {
  readonly file: string;
  /** Where the database of until now is kept. Null: there was none. */
  readonly replaced: string | null;
  /** Null: there was no database that could be read. */
  readonly cameBack: Differences | null;
}

/**
 * Copies a backup beside the database, examines it, and brings it to this version. Nothing is in its place yet.
 * @throws {BackupError | MigrationError}, and the system's errors
 */
export async function prepareRestore(url: string, backup: string): Promise<Restoring> {
  const file = sqliteFile(url);
  const copy = `${file}.restoring`;
  const abandon = (): void => {
    for (const suffix of ['', '-wal', '-shm', '.migrate-lock']) rmSync(`${copy}${suffix}`, { force: true });
  };
  if (!existsSync(backup)) throw new BackupError(`There is no file ${backup}.`);
  abandon(); // of a restore that was cut off
  copyFileSync(backup, copy, constants.COPYFILE_EXCL);
  const copyUrl = `file:${encodeURI(copy)}`;
  try {
    chmodSync(copy, 0o600);
    await examine(copy);
    requireGatehouse(copy, backup);
    const unknown = (await migrationStatus(copyUrl)).find(({ state }) => state === 'unknown');
    if (unknown !== undefined) throw new BackupError(`${backup} was made by a newer version: ${unknown.name} is not known here.`);
    await migrate(copyUrl);
  } catch (error) {
    abandon();
    throw error;
  }
  return { url: copyUrl, putInPlace: () => putInPlace(file, copy, abandon), abandon };
}

/** Whether it has our tables: an empty file is a database, too. */
function requireGatehouse(copy: string, backup: string): void {
  const sqlite = new Connection(copy);
  const tables = sqlite.prepare("SELECT count(*) AS count FROM sqlite_master WHERE name IN ('users', '_prisma_migrations')").all();
  sqlite.close();
  if ((tables[0] as { count: number }).count !== 2) throw new BackupError(`${backup} is no backup of Gatehouse.`);
}

function putInPlace(file: string, copy: string, abandon: () => void): Restored {
  requireWhole(copy);
  if (!existsSync(file)) {
    renameSync(copy, file);
    abandon();
    return { file, replaced: null, cameBack: null };
  }
  const before = readClosed(file);
  const cameBack = before === null ? null : compareDatabases(before, readStanding(copy));
  const replaced = `${file}.replaced-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  linkSync(file, replaced);
  // SQLite would play what is left in them into the database that is put in place.
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, replaced + suffix);
  renameSync(copy, file);
  abandon();
  return { file, replaced, cameBack };
}

/** That everything is in the one file: what its -wal file has is left behind. @throws {BackupError} */
function requireWhole(copy: string): void {
  const sqlite = new Connection(copy);
  const [row] = sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as { busy: number }[];
  sqlite.close();
  if (row?.busy !== 0) throw new BackupError('The copy of the backup is being read by another process: try again.');
}

/** In WAL every process that has the file open holds a lock, and only who is alone may leave that mode. Null: it cannot be read. */
function readClosed(file: string): ReturnType<typeof readStanding> {
  const sqlite = new Connection(file);
  try {
    for (const pragma of ['busy_timeout=0', 'journal_mode=DELETE']) sqlite.prepare(`PRAGMA ${pragma}`).all();
  } catch (error) {
    if (/^SQLITE_(BUSY|LOCKED)/.test((error as { code?: string }).code ?? ''))
      throw new BackupError('The database is open: stop the gateway, then restore.');
    return null;
  } finally {
    sqlite.close();
  }
  return readStanding(file);
}
