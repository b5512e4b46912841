import { anonymous } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Statements } from '../database/database';
import { countAttempt, releaseAttempt } from '../database/queries/attempt.query';
import type { Requester } from '../requester';
import { type Reserved, ruleOf } from './ledger.buckets';
import type { LimitsEvent } from './limits.events';
import type { Reservation } from './reservation';

interface SettlingDependencies {
  readonly database: Database;
  readonly audit: AuditService<LimitsEvent>;
  readonly clock: Clock;
  readonly noteWait: (key: string, retryAt: number) => void;
  readonly forgetWait: (key: string) => void;
}

/** What becomes of tries once they are judged. */
export function createSettling({ database, audit, clock, noteWait, forgetWait }: SettlingDependencies) {
  const countOne = async (bucket: Reserved, statements: Statements): Promise<Reserved> => {
    const state = await countAttempt(statements, bucket.key, ruleOf(bucket), bucket.state.slot, clock.now());
    return { ...bucket, state };
  };

  /** Once it is committed. Of a limit the last free try is told, once a window: what is refused later would fill the audit instead of the ledger. */
  const tell = async (counted: readonly Reserved[], requester: Requester): Promise<void> => {
    for (const { key, state } of counted) {
      forgetWait(key);
      noteWait(key, state.retryAt);
    }
    for (const { limit, account, state } of counted)
      if (state.used === limit.free)
        await audit.record({ event: 'limit.reached', outcome: 'refused', actor: anonymous(requester), ...account, detail: limit.name });
  };

  const giveBack = async (reserved: readonly Reserved[], areForgiven: boolean): Promise<void> => {
    await database.together(
      reserved.map(
        ({ key, limit, state }) =>
          (statements: Statements) =>
            releaseAttempt(statements, key, state.slot, areForgiven && limit.isEmptiedByRight),
      ),
    );
    for (const { key } of reserved) forgetWait(key); // what waits all the same is found out again
  };

  const reservation = (reserved: readonly Reserved[], requester: Requester): Omit<Reservation, 'effects'> => ({
    count: async () => {
      const counted = await database.together(reserved.map((bucket) => (statements: Statements) => countOne(bucket, statements)));
      await tell(counted, requester);
      return counted.map(({ state }) => state.used);
    },
    forgive: () => giveBack(reserved, true),
    release: () => giveBack(reserved, false),
  });

  return { countOne, tell, reservation };
}
