/** @own-modules because it moves the timer of the beats */
import Connection from 'libsql';
import { type Database, openDatabase } from '../../src/database/database';
import { beatEveryMs, maxIdsInNotice, type Notice } from '../../src/database/invalidation-bus';
import { runSql } from '../support/postgresql';
import { holdCommits } from '../support/slow-disk';
import { copyDatabase, databaseKinds } from '../support/stage';
import { openTcpProxy, type TcpProxy } from '../support/tcp.proxy';
import { until } from '../support/until';

const opened: Database[] = [];
async function openNode(url: string): Promise<Database & { readonly heard: Notice[]; readonly gaps: () => number }> {
  const database = await openDatabase(url);
  opened.push(database);
  const heard: Notice[] = [];
  let gaps = 0;
  for (const topic of ['sessions', 'user', 'keys', 'client'] as const)
    database.notices.subscribe(topic, (notice) => void heard.push(notice));
  database.notices.onGap(() => {
    gaps += 1;
  });
  await database.notices.start();
  return Object.assign(database, { heard, gaps: () => gaps });
}
afterEach(async () => {
  jest.useRealTimers();
  for (const database of opened.splice(0)) await database.close();
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`);
const told = (heard: readonly Notice[]) => heard.map((notice) => [notice.topic, ...notice.ids].join(' '));

describe.each(databaseKinds)('a notice, on %s', (kind) => {
  it('is heard once its transaction is committed, in the order of the commits, and never when it is rolled back', async () => {
    const node = await openNode(await copyDatabase(kind));
    const undone = node.transaction(async (queries) => {
      await node.notices.publish(queries, 'sessions', ['undone']);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await node.transaction(async (queries) => {
      await node.notices.publish(queries, 'sessions', ['a', 'b']);
      await node.notices.publish(queries, 'user', ['c']);
      await queries.user.count();
      expect(node.heard).toEqual([]);
    });
    await node.notices.publish(node.client, 'keys', []);
    await until('all three are heard', () => node.heard.length === 3);
    expect(told(node.heard)).toEqual(['sessions a b', 'user c', 'keys']);
    expect(new Set(node.heard.map(({ from }) => from))).toEqual(new Set([node.notices.node]));
  });

  it('may have any number of ids', async () => {
    const node = await openNode(await copyDatabase(kind));
    await node.notices.publish(node.client, 'sessions', ids(2 * maxIdsInNotice + 1));
    await until('all three are heard', () => node.heard.length === 3);
    expect(node.heard.flatMap((notice) => notice.ids)).toEqual(ids(2 * maxIdsInNotice + 1));
  });

  it('of before a moment has been heard when heardUntil has passed it', async () => {
    const node = await openNode(await copyDatabase(kind));
    for (let round = 0; round < 3; round += 1) {
      node.heard.length = 0;
      await node.notices.publish(node.client, 'sessions', [String(round)]);
      const after = performance.now();
      await until('the node has heard what was said', () => node.notices.heardUntil() > after);
      expect(told(node.heard)).toEqual([`sessions ${round}`]);
    }
  });

  it('is heard by nobody who does not listen', async () => {
    const deaf = await openDatabase(await copyDatabase(kind));
    expect(deaf.notices.heardUntil()).toBe(Number.NEGATIVE_INFINITY);
    await deaf.close();
    const closed = await openNode(await copyDatabase(kind));
    await closed.notices.close();
    expect(closed.notices.heardUntil()).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('on SQLite', () => {
  it('what another process wrote is a gap, noticed by whoever asks how far it has heard', async () => {
    const url = await copyDatabase('sqlite');
    const node = await openNode(url);
    const other = await openDatabase(url);
    opened.push(other);
    await node.client.serviceClient.deleteMany();
    node.notices.heardUntil();
    expect(node.gaps()).toBe(0);
    await other.client.user.create({
      data: { id: 'u', username: 'u', usernameKey: 'u', email: 'u', emailKey: 'u', createdAt: new Date(), updatedAt: new Date() },
    });
    node.notices.heardUntil();
    expect(node.gaps()).toBe(1);
    node.notices.heardUntil();
    expect(node.gaps()).toBe(1);
  });

  it('while a COMMIT is under way, nobody waits for the disk to learn how far it has heard: no further than before', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date', 'setTimeout', 'clearTimeout'] });
    const node = await openNode(await copyDatabase('sqlite'));
    const beats: number[] = [];
    node.notices.onBeat(() => void beats.push(node.notices.heardUntil()));
    const before = node.notices.heardUntil();
    const disk = holdCommits();
    const committed = node.transaction(async (queries) => {
      await queries.serviceClient.deleteMany();
      await node.notices.publish(queries, 'sessions', ['slow']);
    });
    const statements = jest.spyOn(Connection.prototype, 'prepare');
    await until('the disk is busy', disk.isHolding);
    statements.mockClear();
    jest.advanceTimersByTime(beatEveryMs);
    expect(node.notices.heardUntil()).toBe(before);
    expect(beats).toEqual([]);
    expect(statements).not.toHaveBeenCalled();
    statements.mockRestore();
    disk.release();
    await committed;
    await until('there is a beat', () => beats.length > 0);
    expect(beats[0]).toBeGreaterThan(before);
    expect(told(node.heard)).toEqual(['sessions slow']);
  });
});

describe('on PostgreSQL', () => {
  let url: string;
  let proxy: TcpProxy;
  beforeEach(async () => {
    url = await copyDatabase('postgresql');
    proxy = await openTcpProxy(url);
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    await proxy.close();
  });

  it('every node hears every other one', async () => {
    const [a, b] = [await openNode(url), await openNode(url)];
    await a.transaction((queries) => a.notices.publish(queries, 'user', ['kate']));
    for (const node of [a, b]) {
      await until('the node hears', () => node.heard.length === 1);
      expect(node.heard).toEqual([{ from: a.notices.node, topic: 'user', ids: ['kate'] }]);
    }
  });

  it.each(['cut', 'stall'] as const)(
    'a node whose line has a %s knows that it is disconnected, says where the gap was, and hears again',
    async (fault) => {
      const node = await openNode(proxy.url);
      const witness = await openNode(url);
      const gaps = node.gaps();
      proxy[fault]();
      await witness.notices.publish(witness.client, 'sessions', ['missed']);
      await until('the node knows that it is disconnected', () => node.notices.heardUntil() === Number.NEGATIVE_INFINITY);
      expect(node.gaps()).toBeGreaterThan(gaps);
      expect(node.heard).toEqual([]);
      const gapsWhileDeaf = node.gaps();
      proxy.pass();
      await until('the node hears again', () => node.notices.heardUntil() !== Number.NEGATIVE_INFINITY);
      expect(node.gaps()).toBeGreaterThan(gapsWhileDeaf); // before it says that it hears
      await witness.notices.publish(witness.client, 'sessions', ['heard']);
      await until('the node hears', () => node.heard.length > 0);
      expect(told(node.heard)).toEqual(['sessions heard']);
    },
  );

  it('tells when it becomes deaf and when it hears again, once each', async () => {
    const database = await openDatabase(proxy.url);
    opened.push(database);
    const changes: boolean[] = [];
    proxy.cut();
    await database.notices.start((listening) => void changes.push(listening)); // it does not wait for a line
    expect(changes).toEqual([false]);
    proxy.pass();
    await until('it hears again', () => changes.length === 2);
    expect(changes).toEqual([false, true]);
  });

  it('a notice that nobody understands is a gap', async () => {
    const node = await openNode(url);
    const gaps = node.gaps();
    for (const payload of ['', 'x', 'node later-topic id']) await runSql(url, `SELECT pg_notify('gatehouse', '${payload}')`);
    await until('each of them is a gap', () => node.gaps() === gaps + 3);
    expect(node.heard).toEqual([]);
  });
});
