import { randomBytes } from 'node:crypto';
import { rest, whoAmI } from '../../support/doors';
import { type House, openHouse, TestClock } from '../../support/house';
import { hasPgBouncer, startPgBouncer } from '../../support/pgbouncer';
import { runSql, startCluster } from '../../support/postgresql';
import { plainClient, prove } from '../../support/proof';
import { copyDatabase } from '../../support/stage';
import { openTcpProxy } from '../../support/tcp.proxy';
import { until } from '../../support/until';
import { newVisitor } from '../../support/visitors';
import { itWhere } from '../../support/where';

/** As long as it may be: where nobody waited for it, it would still run. */
const longestLease = { AUTH_LEASE_MS: '1250', METRICS_PORT: '0' };

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of undo.splice(0).reverse()) await close();
});

/** Nodes of one database, each by its own way to it. */
async function openNodes(urls: readonly string[]): Promise<House[]> {
  const clock = new TestClock();
  const nodes: House[] = [];
  for (const databaseUrl of urls) {
    const node = await openHouse('postgresql', longestLease, { databaseUrl, clock });
    undo.push(node.close);
    nodes.push(node);
  }
  return nodes;
}

const statusOf = async (node: House, token: string): Promise<number> => (await rest.send(node, 'profile', undefined, token)).status;

/** Until an answer comes out of memory: `me`, because a profile asks for what only its owner sees. */
async function untilRemembered(node: House, token: string): Promise<void> {
  await until('an answer comes out of memory', async () => {
    const before = node.queries.length;
    expect(await whoAmI(node, token)).not.toBeNull();
    return node.queries.length === before;
  });
}

/** Log-outs at either node: from each answer on, neither accepts. On a busy machine some are not answered in time; they show nothing. */
async function expectNothingAccepted(nodes: readonly House[], rounds: number): Promise<void> {
  for (let answered = 0, turn = 0; answered < rounds; turn += 1) {
    const kate = await newVisitor(nodes[0] as House);
    for (const node of nodes) expect(await statusOf(node, kate.accessToken)).toBe(200);
    const { code } = await rest.send(nodes[turn % 2] as House, 'logout', undefined, kate.accessToken);
    if (code === 'UNAVAILABLE') continue;
    for (const node of nodes) expect([code, await statusOf(node, kate.accessToken)]).toEqual([null, 401]);
    answered += 1;
  }
}

/** What an operator is told, by the log and by the metrics. */
async function toldOf(node: House): Promise<{ readonly reasons: unknown[]; readonly gauge: string | undefined }> {
  const text = await (await fetch(`http://127.0.0.1:${node.app.metricsPort}/metrics`)).text();
  return {
    reasons: node.log.filter(({ msg }) => msg.startsWith('not connected to the other nodes')).map(({ reason }) => reason),
    gauge: /^gatehouse_invalidation_bus_connected (\d)$/m.exec(text)?.[1],
  };
}

const connected = { reasons: [], gauge: '1' };
const parameters = ['statement_timeout', 'idle_in_transaction_session_timeout'];

it('a node that does not hear, and whose lease still runs, accepts nothing once a log-out elsewhere has been answered', async () => {
  const url = await copyDatabase('postgresql');
  const proxy = await openTcpProxy(url, { only: 'gatehouse notices' });
  undo.push(proxy.close);
  const [here, there] = (await openNodes([url, proxy.url])) as [House, House];
  const kate = await newVisitor(here);
  await untilRemembered(there, kate.accessToken);
  proxy.stall();
  await rest.send(here, 'logout', undefined, kate.accessToken);
  expect(await statusOf(there, kate.accessToken)).toBe(401);
});

it('who finds a session ended is answered no sooner than who ended it', async () => {
  const url = await copyDatabase('postgresql');
  const proxy = await openTcpProxy(url, { only: 'gatehouse notices' });
  undo.push(proxy.close);
  const [here, there, silent] = (await openNodes([url, url, proxy.url])) as [House, House, House];
  const kate = await newVisitor(here);
  await untilRemembered(silent, kate.accessToken);
  proxy.stall();
  const first = rest.send(here, 'logout', undefined, kate.accessToken);
  await until(
    'the session has ended',
    async () => (await runSql(url, 'SELECT 1 FROM "sessions" WHERE "revokedAt" IS NOT NULL')).length > 0,
  );
  const form = { method: 'POST', body: new URLSearchParams({ token: kate.refreshToken }) };
  expect((await fetch(`${there.url}/v1/revoke`, form)).status).toBe(200);
  expect(await statusOf(silent, kate.accessToken)).toBe(401);
  await first;
});

it('who ends a session that has ended meanwhile is answered no sooner than who ended it', async () => {
  const url = await copyDatabase('postgresql');
  const proxy = await openTcpProxy(url, { only: 'gatehouse notices' });
  undo.push(proxy.close);
  const [here, there, silent] = (await openNodes([url, url, proxy.url])) as [House, House, House];
  const kate = await newVisitor(here);
  await untilRemembered(silent, kate.accessToken);
  const before = await prove(there, kate.accessToken); // a log-out that was let in, and is not in its transaction yet
  proxy.stall();
  const first = rest.send(here, 'logout', undefined, kate.accessToken);
  await until(
    'the session has ended',
    async () => (await runSql(url, 'SELECT 1 FROM "sessions" WHERE "revokedAt" IS NOT NULL')).length > 0,
  );
  expect((await there.app.services.sessions.logout(before, { scope: 'CURRENT' }, plainClient())).value).toEqual({ endedSessions: 0 });
  expect(await statusOf(silent, kate.accessToken)).toBe(401);
  await first;
});

itWhere(hasPgBouncer, 'PgBouncer is installed')('behind PgBouncer in session mode nodes hear each other, and accept nothing', async () => {
  const pooler = await startPgBouncer(await copyDatabase('postgresql'), { mode: 'session', poolSize: 40, ignoredParameters: parameters });
  undo.push(pooler.stop);
  const nodes = await openNodes([pooler.url, pooler.url]);
  for (const node of nodes) expect(await toldOf(node)).toEqual(connected);
  await untilRemembered(nodes[0] as House, (await newVisitor(nodes[0] as House)).accessToken);
  await expectNothingAccepted(nodes, 4);
});

itWhere(hasPgBouncer, 'PgBouncer is installed')(
  'behind PgBouncer in transaction mode nodes do not hear, say so once, and accept nothing',
  async () => {
    const pooler = await startPgBouncer(await copyDatabase('postgresql'), { mode: 'transaction', ignoredParameters: parameters });
    undo.push(pooler.stop);
    const nodes = await openNodes([pooler.url, pooler.url]);
    await expectNothingAccepted(nodes, 2);
    for (const node of nodes) expect(await toldOf(node)).toEqual({ reasons: ['not-heard'], gauge: '0' });
  },
);

it('with line and pool on two servers nodes do not hear, say so, and accept nothing', async () => {
  const url = await copyDatabase('postgresql');
  const other = await startCluster();
  undo.push(other.stop);
  const name = new URL(url).pathname.slice(1);
  await runSql(other.url('postgres'), `CREATE DATABASE ${name}`); // empty: it is there to be listened to
  const proxy = await openTcpProxy(url, { only: 'gatehouse notices', elsewhere: other.url(name) });
  undo.push(proxy.close);
  const nodes = await openNodes([proxy.url, proxy.url]);
  await expectNothingAccepted(nodes, 2);
  for (const node of nodes) expect(await toldOf(node)).toEqual({ reasons: ['other-server'], gauge: '0' });
});

it('the line says nothing once it listens, and a role without any right may open it', async () => {
  const url = await copyDatabase('postgresql');
  const name = new URL(url).pathname.slice(1);
  const role = `plain_${randomBytes(4).toString('hex')}`;
  await runSql(url, `CREATE ROLE ${role} LOGIN`);
  await runSql(url, `GRANT ALL ON SCHEMA public TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  const plain = new URL(url);
  plain.username = role;
  const [node] = (await openNodes([plain.href])) as [House];
  const kate = await newVisitor(node);
  await rest.send(node, 'logout', undefined, kate.accessToken); // it asks, and would acknowledge
  expect(await toldOf(node)).toEqual(connected);
  const lines = await runSql(
    url,
    `SELECT query FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'gatehouse notices'`,
  );
  expect(lines).toEqual([{ query: expect.stringMatching(/^LISTEN gatehouse; SELECT pg_backend_pid\(\)/) }]);
});
