// N8 of the design. ERASE_KILLS=50 kills fifty times; the ordinary run kills a few times, because each start takes its second.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/database/database';
import { testSecret } from '../support/house';
import { copyDatabase } from '../support/stage';
import { until } from '../support/until';

const kills = Number(process.env.ERASE_KILLS ?? 2);
const count = 100 * kills + 50;
const long = 1_000 * 60 * 60;

let databaseUrl: string;
let database: Database;
beforeAll(async () => {
  databaseUrl = await copyDatabase('sqlite');
  database = await openDatabase(databaseUrl);
});
afterAll(() => database.close());

/** Users whose time is over, each with something in other tables. */
async function leave(): Promise<readonly string[]> {
  const { client } = database;
  const [now, ids] = [new Date(), Array.from({ length: count }, () => randomUUID())];
  const past = new Date(now.getTime() - long);
  const named = (id: string) => ({ username: id, usernameKey: id, email: `${id}@example.com`, emailKey: `${id}@example.com` });
  await client.user.createMany({ data: ids.map((id) => ({ id, ...named(id), deletesAt: past, createdAt: past, updatedAt: past })) });
  await client.totp.createMany({ data: ids.map((userId) => ({ userId, pendingSecret: 'x', createdAt: past })) });
  const event = { at: past, event: 'login', outcome: 'ok', clientPrefix: '192.0.2.0/24', userAgent: 'a browser', requestId: 'test' };
  await client.auditEvent.createMany({ data: ids.map((userId) => ({ id: randomUUID(), userId, ...event })) });
  return ids;
}

/** Of each user what is there: the row, the app, the browser in an old event, and the event of the erasing. */
async function states(ids: readonly string[]): Promise<readonly string[]> {
  const { client } = database;
  const of = (rows: readonly { readonly userId: string | null }[]) => new Set(rows.map(({ userId }) => userId));
  const users = new Set((await client.user.findMany({ select: { id: true } })).map(({ id }) => id));
  const apps = of(await client.totp.findMany({ select: { userId: true } }));
  const browsers = of(await client.auditEvent.findMany({ where: { userAgent: 'a browser' }, select: { userId: true } }));
  const erased = of(await client.auditEvent.findMany({ where: { event: 'account.erased' }, select: { userId: true } }));
  return ids.map((id) => [users, apps, browsers, erased].map((set) => (set.has(id) ? 'yes' : 'no')).join(' '));
}
const whole = 'yes yes yes no';
const gone = 'no no no yes';

/** A gateway of its own process that does at once what its job does: the job itself looks half a minute after the start. */
const erasing = `
  const { createApp } = require('${join(__dirname, '../../dist/app/app.js')}');
  const { loadConfig } = require('${join(__dirname, '../../dist/app/load-config.js')}');
  const { createLogger } = require('${join(__dirname, '../../dist/log.js')}');
  const { eraseAccounts } = require('${join(__dirname, '../../dist/leaving/erase-accounts.job.js')}');
  const { config } = loadConfig(process.env);
  createApp(config, { logger: createLogger('silent', process.stdout) }).then(async (app) => {
    await eraseAccounts(app.services.leaving).run({ renew: async () => true });
    await app.close();
  });
`;
function start(): { readonly child: ChildProcess; readonly closed: Promise<unknown[]> } {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, PORT: '0', AUTH_SECRET: testSecret, AUTH_MAIL_URL: 'off' };
  const child = spawn(process.execPath, ['-e', erasing], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return { child, closed: once(child, 'close') };
}
const left = () => database.client.user.count();

it(
  `leaves no user half erased, though it is killed at random moments (N8, ${kills} times), and the rest is erased after that`,
  async () => {
    const ids = await leave();
    for (let round = 1; round <= kills; round += 1) {
      const before = await left();
      const { child, closed } = start();
      await until('some users are erased', async () => child.exitCode !== null || (await left()) < before);
      await sleep(Math.random() * 50);
      child.kill('SIGKILL');
      await closed;
      expect((await states(ids)).filter((state) => state !== whole && state !== gone)).toEqual([]);
    }
    expect(await start().closed).toEqual([0, null]);
    expect(new Set(await states(ids))).toEqual(new Set([gone]));
  },
  120_000 + kills * 15_000,
);
