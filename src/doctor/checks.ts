import { existsSync } from 'node:fs';
import { describeSystemError } from '../cli/system-error';
import type { Config, ConfigResult } from '../config';
import { type Database, openDatabase } from '../database/database';
import { migrationStatus } from '../database/migrations/migrate';
import { providerOf } from '../database/provider';
import { sqliteFile } from '../database/sqlite/connection';
import type { Cli } from '../feature';
import { dataDirectory } from '../foundation';
import { secretIdOf } from '../sealed';
import { createSecrets, isStrongSecret, readSecretFile, type Secrets } from '../secrets';
import { signingRow, stateOf } from '../tokens/key-rotation';
import { examineFiles } from './files';
import { type Finding, ok, wrong } from './finding';
import { examineNodes } from './invalidation-bus';
import { examineMail } from './mail';
import { examineNode } from './node';
import { countPepperUse } from './pepper-usage';
import { examinePolicy } from './policy';
import { examineProviders } from './providers';
import { examineNames, examineRoles } from './users';

/** Looks at everything that can be looked at. Nothing is changed. */
export async function examine(
  result: ConfigResult,
  nodeVersion: string,
  now: () => number,
  ownSide: Cli<object>['ownSide'],
): Promise<Finding[]> {
  if (!result.ok)
    return result.faults.map(({ variable, rule }) =>
      wrong('settings', `${variable} ${rule}`, `Correct ${variable} in the environment or in .env.`),
    );
  const { config, warnings } = result;
  const settings = warnings.map(
    (what): Finding => ({ subject: 'settings', state: 'warning', what, mend: 'Correct the name, or remove it.' }),
  );
  return [
    ...(settings.length === 0 ? [ok('settings', 'every setting keeps its rule')] : settings),
    examineNode(nodeVersion, now()),
    ...examineFiles(config),
    ...(await examinePolicy(config, ownSide)),
    ...(await examineProviders(config)),
    ...(await examineDatabase(config, now)),
    await examineMail(config),
    await examinePublicUrl(config),
  ];
}

async function examineDatabase(config: Config, now: () => number): Promise<Finding[]> {
  if (providerOf(config.databaseUrl) === 'sqlite' && !existsSync(sqliteFile(config.databaseUrl)))
    return [{ subject: 'database', state: 'warning', what: 'there is none yet', mend: 'The first start makes it, or: gatehouse migrate.' }];
  let database: Database | undefined;
  try {
    const migrations = await examineMigrations(config.databaseUrl); // it speaks to the driver, and hears its reasons
    database = await openDatabase(config.databaseUrl);
    const clock = await examineClock(database, now);
    const answers = ok('database', `${database.provider} answers`);
    const nodes = await examineNodes(database);
    if (migrations.state === 'wrong') return [answers, ...nodes, migrations, clock];
    const values =
      config.secrets ?? [readSecretFile(dataDirectory(config))].filter((value): value is string => value !== null && isStrongSecret(value));
    const secrets =
      values.length === 0
        ? [wrong('secrets', 'the secret that was kept beside the database is gone', 'Bring the file back, or set AUTH_SECRET.')]
        : await examineSecrets(database, createSecrets(values), now());
    const users = [...(await examineNames(database)), ...(await examineRoles(database, config))];
    return [answers, ...nodes, migrations, clock, ...secrets, await examineKeys(database, config, now()), ...users];
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    return [
      wrong(
        'database',
        describeSystemError(cause ?? error),
        'Look at DATABASE_URL, and whether the database runs and may be reached from here.',
      ),
    ];
  } finally {
    await database?.close();
  }
}

async function examineMigrations(url: string): Promise<Finding> {
  const open = (await migrationStatus(url)).filter(({ state }) => state !== 'applied');
  if (open.length === 0) return ok('migrations', 'all are applied');
  const what = open.map(({ name, state }) => `${name} is ${state}`).join(', ');
  return wrong('migrations', what, 'Run: gatehouse migrate. What is "unknown" belongs to a newer version: run that one.');
}

/** Tokens are judged with a tolerance of 5 s, and leases and limits by the nodes' clocks. */
async function examineClock(database: Database, now: () => number): Promise<Finding> {
  const before = now();
  const theirs = (await database.now()).getTime();
  const seconds = Math.round((before + now()) / 2 - theirs) / 1000;
  const what = `this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the database`;
  if (Math.abs(seconds) < 2) return ok('clock', what);
  const mend = 'Let both machines follow the same time (NTP).';
  return Math.abs(seconds) < 5 ? { subject: 'clock', state: 'warning', what, mend } : wrong('clock', what, mend);
}

const addAtTheEnd = 'Put the secret that was in use then at the end of the list: AUTH_SECRET=new,old.';

async function examineSecrets(database: Database, secrets: Secrets, now: number): Promise<Finding[]> {
  const isForgotten = (id: string): boolean => secrets.find(id) === undefined;
  const keys = (await database.client.signingKey.findMany()).filter((row) => row.privateKey !== '' && stateOf(row, now) !== 'gone');
  const sealed = keys
    .filter((row) => isForgotten(secretIdOf(row.privateKey)))
    .map(({ id, privateKey }) =>
      wrong('secrets', `the signing key ${id} needs the secret ${secretIdOf(privateKey)}, which is not in AUTH_SECRET`, addAtTheEnd),
    );
  const peppers = await countPepperUse(database);
  const locked = [...peppers]
    .filter(([id]) => isForgotten(id))
    .map(([id, users]) =>
      wrong(
        'secrets',
        `the passwords of ${users} users need the secret ${id}, which is not in AUTH_SECRET: they cannot log in`,
        addAtTheEnd,
      ),
    );
  const older = [...peppers].filter(([id]) => !isForgotten(id) && id !== secrets.current.id).reduce((sum, [, users]) => sum + users, 0);
  if (sealed.length + locked.length > 0) return [...sealed, ...locked];
  return [
    ok(
      'secrets',
      older === 0 ? 'everything stored can be opened' : `everything stored can be opened; ${older} passwords still need an older entry`,
    ),
  ];
}

async function examineKeys(database: Database, { keyRotationDays }: Config, now: number): Promise<Finding> {
  const rows = (await database.client.signingKey.findMany()).filter((row) => !['gone', 'removed'].includes(stateOf(row, now)));
  const active = signingRow(rows, now);
  if (active === undefined) return { subject: 'keys', state: 'warning', what: 'there is none yet', mend: 'The first start makes one.' };
  const days = Math.floor((now - (active.activatedAt?.getTime() ?? now)) / 86_400_000);
  const what = `${active.id} has signed for ${days} days`;
  if (keyRotationDays === 0 || days <= keyRotationDays + 1) return ok('keys', what);
  const mend = `AUTH_KEY_ROTATION_DAYS is ${keyRotationDays}. Let a gateway run, or: gatehouse keys rotate.`;
  return { subject: 'keys', state: 'warning', what, mend };
}

const publicUrlTimeoutMs = 5_000;

async function examinePublicUrl({ publicUrl, port }: Config): Promise<Finding> {
  const url = publicUrl ?? `http://localhost:${port}`;
  const mend = 'Start the gateway, and look at PUBLIC_URL and at the proxy before it: other services ask there.';
  try {
    const response = await fetch(`${url}/.well-known/jwks.json`, { signal: AbortSignal.timeout(publicUrlTimeoutMs), redirect: 'error' });
    const body = (await response.json()) as { keys?: unknown };
    if (response.ok && Array.isArray(body.keys)) return ok('public URL', `${url} answers with the keys`);
    return wrong('public URL', `${url} answers with ${response.status} instead of the keys`, mend);
  } catch {
    return wrong('public URL', `${url} does not answer with the keys`, mend);
  }
}
