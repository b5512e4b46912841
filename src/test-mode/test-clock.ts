import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { badInput } from '../errors';

/** A clock that tests move, the same on every node: its offset lies in the database. */
export interface TestClock extends Clock {
  /** Seconds before the time of this machine. */
  readonly offsetSeconds: () => number;
  /** Every node has the new time when it is done. @throws {Failure} BAD_USER_INPUT for a moment that is over: time goes back nowhere */
  readonly move: (change: ClockChange) => Promise<void>;
}

export interface ClockChange {
  /** From now on it is this moment: milliseconds since 1970. */
  readonly now?: number | undefined;
  readonly advanceSeconds?: number | undefined;
  /** Whether it stands still until it is moved. */
  readonly frozen?: boolean | undefined;
}

/** What is to be added to the time of the machine, or to the moment at which that was left. In milliseconds. */
interface Setting {
  readonly offset: number;
  readonly frozenAt: number | null;
}

const key = 'test-clock';

/** Moves `base`. It moves nothing that measures how long something takes (`performance.now()`, leases), or a node would believe what is old. */
export async function openTestClock({ client, notices, transaction }: Database, base: Clock): Promise<TestClock> {
  let setting: Setting = { offset: 0, frozenAt: null };
  const nowBy = ({ offset, frozenAt }: Setting): number => (frozenAt ?? base.now()) + offset;
  const read = async (queries: Pick<Database['client'], 'state'> = client): Promise<Setting> => {
    const row = await queries.state.findUnique({ where: { key } });
    return row === null ? { offset: 0, frozenAt: null } : (JSON.parse(row.value) as Setting); // nobody else writes it
  };
  /** Of two that come the wrong way round, the later time counts. */
  const take = (next: Setting): void => {
    if (nowBy(next) >= nowBy(setting) || next.frozenAt !== setting.frozenAt) setting = next;
  };
  notices.subscribe('clock', ({ ids: [offset = '0', frozenAt = '-'] }) =>
    take({ offset: Number(offset), frozenAt: frozenAt === '-' ? null : Number(frozenAt) }),
  );
  notices.onGap(() => void read().then(take, () => undefined)); // the database is away: the next gap tells again
  setting = await read();

  return {
    now: () => nowBy(setting),
    offsetSeconds: () => (nowBy(setting) - base.now()) / 1000,
    move: async (change) => {
      const next = await transaction(async (queries) => {
        const moved = changed(await read(queries), change, base.now());
        await queries.state.upsert({
          where: { key },
          create: { key, value: JSON.stringify(moved) },
          update: { value: JSON.stringify(moved) },
        });
        await notices.publish(queries, 'clock', [String(moved.offset), String(moved.frozenAt ?? '-')]);
        return moved;
      });
      setting = next;
    },
  };
}

function changed(
  { offset, frozenAt }: Setting,
  { now, advanceSeconds = 0, frozen = frozenAt !== null }: ClockChange,
  time: number,
): Setting {
  const current = (frozenAt ?? time) + offset;
  const target = (now ?? current) + advanceSeconds * 1000;
  if (target < current) throw badInput({ path: 'now', message: 'is over: the clock goes forward alone' });
  return { offset: target - time, frozenAt: frozen ? time : null };
}
