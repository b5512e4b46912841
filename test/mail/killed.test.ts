// Checks A6 and A12 of the mail. MAIL_KILLS=50 kills fifty times; the ordinary run kills a few times, because each start takes its second.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/database/database';
import { type Gateway, killGateway, newFolder, startGateway } from '../support/process';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { copyDatabase } from '../support/stage';
import { until } from '../support/until';

const kills = Number(process.env.MAIL_KILLS ?? 3);

let sink: SmtpSink;
let databaseUrl: string;
beforeEach(async () => {
  sink = await openSmtpSink();
  databaseUrl = await copyDatabase('sqlite');
});
afterEach(() => sink.close());

const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
  const database = await openDatabase(databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
};

/** Mails in the outbox, as a gateway that was stopped has left them. */
const queue = (count: number): Promise<unknown> =>
  withDatabase(({ client }) => {
    const now = new Date();
    const data = Array.from({ length: count }, (_, number) => ({
      id: randomUUID(),
      kind: 'deletion-cancelled',
      recipient: `person${number}@example.com`,
      dueAt: now,
      createdAt: now,
    }));
    return client.mail.createMany({ data });
  });

/** As if the time of every lease had passed: a node that died has left some. */
const letLeasesPass = (): Promise<unknown> =>
  withDatabase(({ client }) => client.mail.updateMany({ data: { leaseUntil: new Date(Date.now() - 1) } }));

const waiting = (): Promise<number> => withDatabase(({ client }) => client.mail.count());

const start = (): Promise<Gateway> =>
  startGateway(newFolder(), { DATABASE_URL: databaseUrl, AUTH_MAIL_URL: sink.url, AUTH_LOG_LEVEL: 'warn' });

/** Message-IDs by the recipient. */
const idsByRecipient = (): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  for (const { recipients, messageId } of sink.messages)
    for (const recipient of recipients) found.set(recipient, new Set([...(found.get(recipient) ?? []), messageId]));
  return found;
};

it(
  `A6 Of 100 mails none is lost by kill -9 at random moments (${kills} times), and what comes twice has the same Message-ID`,
  async () => {
    await queue(100);
    for (let round = 1; round <= kills; round += 1) {
      const gateway = await start();
      await until('some mails came', () => idsByRecipient().size >= Math.min(95, Math.floor((round * 100) / (kills + 1))));
      await sleep(Math.random() * 30);
      await killGateway(gateway);
      await letLeasesPass();
    }
    const last = await start();
    await until('every mail came', () => idsByRecipient().size === 100);
    last.child.kill('SIGTERM');
    expect((await last.finished).code).toBe(0);
    expect(await waiting()).toBe(0);
    expect([...idsByRecipient().values()].map(({ size }) => size)).toEqual(Array.from({ length: 100 }, () => 1));
    expect(new Set(sink.messages.map(({ messageId }) => messageId)).size).toBe(100);
  },
  120_000 + kills * 30_000,
);

it('A12 A gateway that is stopped with 20 mails in its outbox ends in time, and all of them come after the next start', async () => {
  await sink.close();
  let isSlow = true;
  sink = await openSmtpSink({ onMailFrom: (_address, _session, done) => void setTimeout(done, isSlow ? 1_500 : 0) });
  await queue(20);
  const first = await start();
  first.child.kill('SIGTERM');
  const { code } = await first.finished;
  expect(code).toBe(0);
  const came = sink.messages.length;
  expect(came).toBeLessThan(20);
  expect(await waiting()).toBe(20 - came); // what was under way was brought to its end
  isSlow = false;
  const second = await start();
  await until('every mail came', () => sink.messages.length === 20);
  second.child.kill('SIGTERM');
  await second.finished;
  expect(idsByRecipient().size).toBe(20);
});
