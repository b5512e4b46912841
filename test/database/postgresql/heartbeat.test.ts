import { Pool } from 'pg';
import { createHeartbeat } from '../../../src/database/postgresql/heartbeat';
import type { ListeningLine } from '../../../src/database/postgresql/listening-line';
import { readServer, type ServerRow, serverColumns } from '../../../src/database/postgresql/server';
import { copyDatabase } from '../../support/stage';

const channel = 'heartbeats_of_a_test';
const pools: Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

/** A pool of one connection to that database. */
function openPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 1 });
  pools.push(pool);
  return pool;
}

/** A heartbeat through one pool, heard by the connection of another one: by its own, where they are the same. */
async function open(sends: Pool, hears: Pool) {
  const poolServer = { retire: () => {}, cancel: async () => {} };
  const heartbeat = createHeartbeat({ pool: sends, poolServer, channel, leaseMs: 1_250, payload: (nonce) => nonce });
  const said: string[] = [];
  const connection = await hears.connect();
  connection.on('notification', ({ payload = '', processId }) => {
    said.push(payload);
    heartbeat.heard(payload, processId);
  });
  await connection.query(`LISTEN ${channel}`);
  const backend = readServer((await connection.query<ServerRow>(`SELECT ${serverColumns}`)).rows);
  connection.release();
  const line: ListeningLine = { ...backend, lost: new AbortController().signal, close: () => {} };
  return { heartbeat, line, said };
}

describe('a heartbeat', () => {
  it('that comes back over another connection proves that the line hears', async () => {
    const url = await copyDatabase('postgresql');
    const { heartbeat, line, said } = await open(openPool(url), openPool(url));
    const { elapsed } = await heartbeat.prove(line);
    expect([said.length, elapsed <= performance.now()]).toEqual([1, true]);
  });

  it('that comes back over the connection that sent it proves nothing: a process hears itself', async () => {
    const pool = openPool(await copyDatabase('postgresql'));
    const { heartbeat, line, said } = await open(pool, pool);
    await expect(heartbeat.prove(line)).rejects.toMatchObject({ reason: 'not-heard' });
    expect(said).toHaveLength(1);
  });

  it('of before, that comes late, proves nothing', async () => {
    const url = await copyDatabase('postgresql');
    const [sends, hears] = [openPool(url), openPool(url)];
    const { line } = await open(sends, hears);
    const poolServer = { retire: () => {}, cancel: async () => {} };
    const unheard = createHeartbeat({ pool: sends, poolServer, channel, leaseMs: 1_250, payload: (nonce) => nonce });
    const { backendPid } = readServer((await sends.query<ServerRow>(`SELECT ${serverColumns}`)).rows);
    const proving = unheard.prove({ ...line });
    unheard.heard('the nonce of an earlier one', backendPid);
    await expect(proving).rejects.toMatchObject({ reason: 'not-heard' });
  });
});
