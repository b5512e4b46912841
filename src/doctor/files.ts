import { join, resolve } from 'node:path';
import type { Config } from '../config';
import { providerOf } from '../database/provider';
import { sqliteFile } from '../database/sqlite/connection';
import { dataDirectory } from '../foundation';
import { isStrongSecret, readSecretFile, secretFile } from '../secrets';
import { type LooseFile, looseFile } from './file-modes';
import { type Finding, ok, warning, wrong } from './finding';

/** Files that hold secrets or users, which others than the gateway's own user may read or write (ASVS 5.0 13.3.1). */
export function findLooseFiles({ databaseUrl, secrets }: Pick<Config, 'databaseUrl' | 'secrets'>): LooseFile[] {
  const files = [looseFile(resolve('.env'), 'file')];
  if (providerOf(databaseUrl) === 'sqlite') {
    const folder = dataDirectory({ databaseUrl });
    files.push(looseFile(folder, 'folder'), looseFile(resolve(sqliteFile(databaseUrl)), 'file'));
    if (secrets === undefined) files.push(looseFile(join(folder, secretFile), 'file'));
  }
  return files.filter((file) => file !== null);
}

/** For `gatehouse doctor`. */
export function examineFiles(config: Config): Finding[] {
  const loose = findLooseFiles(config).map(({ what, mend, toEverybody }) => (toEverybody ? wrong : warning)('files', what, mend));
  const weak = config.secrets === undefined && providerOf(config.databaseUrl) === 'sqlite' ? examineSecretFile(dataDirectory(config)) : [];
  const found = [...loose, ...weak];
  return found.length === 0 ? [ok('files', 'nobody else may read or write what is secret')] : found;
}

function examineSecretFile(directory: string): Finding[] {
  const value = readSecretFile(directory);
  if (value === null || isStrongSecret(value)) return [];
  return [
    wrong(
      'files',
      `the file ${secretFile} beside the database is empty, too short or no random text`,
      'Bring back the one of your backup.',
    ),
  ];
}
