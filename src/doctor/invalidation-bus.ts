import type { Database } from '../database/database';
import type { Disconnection } from '../database/invalidation-bus';
import { type Finding, ok, warning } from './finding';

const whyDisconnected: Record<Disconnection, string> = {
  unreachable: 'the connection that listens cannot be kept open',
  'other-server': 'the connection that listens and the others are on two servers',
  'not-heard': 'what is sent through the pool does not come back over the connection that listens: a pooler lends connections out',
};

/** Whether a node could hear the others: a heartbeat that is sent through the pool has to come back. */
export async function examineNodes({ provider, notices }: Database): Promise<Finding[]> {
  if (provider === 'sqlite') return []; // one process opens the file
  let reason: Disconnection | undefined;
  await notices.start((_isConnected, why) => {
    reason = why;
  });
  if (reason === undefined) return [ok('nodes', 'what one node tells the others is heard')];
  const what = `a node cannot hear the others, and asks the database for every request: ${whyDisconnected[reason]}`;
  const mend = 'Connect past the pooler, or let it pool sessions (docs/databases.md). Where that cannot be: AUTH_LEASE_MS=0.';
  return [warning('nodes', what, mend)];
}
