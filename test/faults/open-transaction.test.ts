import { type Database, openDatabase } from '../../src/database/database';
import { copyDatabase } from '../support/stage';
import { openTcpProxy, type TcpProxy } from '../support/tcp.proxy';

describe('a connection to PostgreSQL whose transaction could not be ended in time', () => {
  let proxy: TcpProxy;
  let database: Database;
  /** On a line of its own. */
  let witness: Database;
  beforeAll(async () => {
    const url = await copyDatabase('postgresql');
    proxy = await openTcpProxy(url);
    database = await openDatabase(proxy.url);
    witness = await openDatabase(url);
  });
  afterAll(async () => {
    await database.close();
    await witness.close();
    await proxy.close();
  });

  const insert = (name: string) => ({ name, holder: 'a', leaseUntil: new Date(0) });
  const names = async () => (await witness.client.job.findMany()).map(({ name }) => name);

  const ways: readonly [string, (stall: () => void) => Promise<unknown>][] = [
    [
      "through Prisma's client",
      (stall) =>
        database.transaction(async (queries) => {
          await queries.job.create({ data: insert('lost') });
          stall();
          await queries.job.deleteMany();
        }),
    ],
    [
      'past it',
      (stall) =>
        database.transactionOfStatements(async (statements) => {
          await statements.execute`UPDATE "jobs" SET "holder" = 'b'`;
          stall();
          await statements.execute`DELETE FROM "jobs"`;
        }),
    ],
  ];

  it.each(ways)('is not used again: what is answered after it is written, %s', async (way, lose) => {
    await lose(() => proxy.pass(1_000)).catch(() => {}); // each way: longer than the statement and its ROLLBACK are waited for
    proxy.pass();
    await database.client.job.create({ data: insert(way) });
    expect(await names()).toContain(way);
    expect(await names()).not.toContain('lost');
  });
});
