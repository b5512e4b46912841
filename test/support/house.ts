import { randomBytes } from 'node:crypto';
import { type App, createApp } from '../../src/app/app';
import { loadConfig } from '../../src/app/load-config';
import { createLogger } from '../../src/log';
import { copyDatabase, type DatabaseKind, databaseKinds } from './stage';

/** A gateway of a test: real, on a port of its own, over a database of its own. */
export interface House {
  readonly app: App;
  /** Without a slash at the end. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: TestClock;
  /** Every line that was logged. */
  readonly log: readonly LogLine[];
  /** The SQL of every statement since the start, but for the looks of {@link isLook}. */
  readonly queries: string[];
  /** From now on a defect in the log does not fail the test: the test provokes one. */
  readonly expectDefects: () => void;
  readonly close: () => Promise<void>;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** The real time, plus what a test has moved it by. */
export class TestClock {
  #offsetMs = 0;
  #stoppedAt: number | null = null;
  readonly now = (): number => (this.#stoppedAt ?? Date.now()) + this.#offsetMs;
  /** From now on only `advance` moves it: for tests that compare waits to the second. */
  readonly stop = (): void => {
    this.#stoppedAt = Date.now();
  };
  readonly advance = (seconds: number): void => {
    this.#offsetMs += seconds * 1000;
  };
}

export const testSecret = randomBytes(32).toString('base64');

/** Everything comes from one address here: only the tests of the limits have real ones. */
const generousLimits = Object.fromEntries(
  [
    'LOGIN',
    'LOGIN_NETWORK',
    'LOGIN_ACCOUNT',
    'REGISTER_NETWORK',
    'PASSWORD_CHECK',
    'PROFILE',
    'REFRESH',
    'CLIENT',
    'CLIENT_NETWORK',
    'MAIL_ADDRESS',
    'MAIL_NETWORK',
    'CODE',
    'CODE_ACCOUNT',
    'SECOND_FACTOR',
    'SECOND_FACTOR_ACCOUNT',
    'PROVIDER_NETWORK',
    'PASSKEY_NETWORK',
    'EXPORT',
  ].map((name) => [`AUTH_LIMIT_${name}`, '100000']),
);

/** The limits as a fresh gateway has them. */
export const defaultLimits = Object.fromEntries(Object.keys(generousLimits).map((name) => [name, '']));

/** What a node asks by itself every few seconds: mails and jobs that are due. It may come between any two requests, and no test is about it. */
const isLook = (sql: string): boolean =>
  /^SELECT .*[`"]mails[`"].*dueAt/s.test(sql) || (/[`"]jobs[`"]/.test(sql) && !sql.startsWith('INSERT'));

/** Opens a house. `databaseUrl`: on the database of another one, as its second node. */
export async function openHouse(
  kind: DatabaseKind,
  environment: Readonly<Record<string, string>> = {},
  shared?: Pick<House, 'databaseUrl' | 'clock'>,
): Promise<House> {
  const databaseUrl = shared?.databaseUrl ?? (await copyDatabase(kind));
  const full = {
    AUTH_SECRET: testSecret,
    AUTH_BCRYPT_COST: '10',
    AUTH_LOG_LEVEL: 'debug',
    PUBLIC_URL: 'http://gatehouse.test',
    AUTH_MAIL_URL: 'off',
    ...generousLimits,
    ...environment,
  };
  const result = loadConfig({ DATABASE_URL: databaseUrl, PORT: '0', ...full });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const clock = shared?.clock ?? new TestClock();
  const log: LogLine[] = [];
  const queries: string[] = [];
  const logger = createLogger(result.config.logLevel, { write: (line) => void log.push(JSON.parse(line) as LogLine) });
  // bcrypt's least: below what the settings allow, but most sentences are not about hashing, and a hash of 10 takes 60 ms.
  const config = environment.AUTH_BCRYPT_COST ? result.config : { ...result.config, bcryptCost: 4 };
  const app = await createApp(config, { logger, clock, onQuery: (sql) => void (isLook(sql) || queries.push(sql)) });
  let defectsExpected = false;
  return {
    app,
    url: `http://127.0.0.1:${app.port}`,
    databaseUrl,
    environment: full,
    clock,
    log,
    queries,
    expectDefects: () => {
      defectsExpected = true;
    },
    close: async () => {
      await app.close();
      const defects = log.filter(({ level }) => level === 'error' || level === 'fatal');
      if (defects.length > 0 && !defectsExpected) throw new Error(`unexpected errors in the log: ${JSON.stringify(defects, null, 2)}`);
    },
  };
}

/** Runs the same sentences on both databases, each with a house of its own. */
export function onBothDatabases(
  title: string,
  sentences: (house: () => House, kind: DatabaseKind) => void,
  environment: Readonly<Record<string, string>> = {},
): void {
  describe.each(databaseKinds)(`${title}, on %s`, (kind) => {
    let house: House;
    beforeAll(async () => {
      house = await openHouse(kind, environment);
    });
    afterAll(() => house.close());
    sentences(() => house, kind);
  });
}

/** Two nodes: on PostgreSQL two gateways over one database; on SQLite, which has one process, one gateway that is both. */
export function onTwoNodes(
  title: string,
  sentences: (nodes: () => readonly [House, House], kind: DatabaseKind) => void,
  environment: Readonly<Record<string, string>> = {},
): void {
  describe.each([
    ['sqlite', 'one node'],
    ['postgresql', 'two nodes'],
  ] as const)(`${title}, on %s with %s`, (kind, _nodes) => {
    let first: House;
    let second: House;
    beforeAll(async () => {
      first = await openHouse(kind, environment);
      second = kind === 'sqlite' ? first : await openHouse(kind, environment, first);
    });
    afterAll(async () => {
      if (second !== first) await second.close();
      await first.close();
    });
    sentences(() => [first, second], kind);
  });
}
