import Connection from 'libsql';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { runSql } from './postgresql';
import type { DatabaseKind } from './stage';

/** Runs a statement on a database, past the gateway. @returns the rows of a SELECT */
export async function runRaw(kind: DatabaseKind, url: string, sql: string): Promise<Record<string, unknown>[]> {
  if (kind === 'postgresql') return runSql(url, sql);
  const sqlite = new Connection(sqliteFile(url));
  try {
    if (/^SELECT/.test(sql)) return sqlite.prepare(sql).all() as Record<string, unknown>[];
    sqlite.exec(sql);
    return [];
  } finally {
    sqlite.close();
  }
}
