import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { badInput } from '../errors';
import { holdMark } from './marker';

/** A clock that tests move, the same on every node: its offset lies in the database. */
export interface TestClock extends Clock {
  /** Seconds before the time of this machine. */
  readonly offsetSeconds: () => number;
  /**
   * Every node has the new time when it is done. Leases of mails and of jobs are times of this clock: whoever moves it has waited for what
   * is under way. @throws {Failure} BAD_USER_INPUT for a moment that is over, because time goes back nowhere, or more than ten years ahead;
   * FORBIDDEN where the database is not for tests any more
   */
  readonly move: (change: ClockChange) => Promise<void>;
}

export interface ClockChange {
  /** From now on it is this moment: milliseconds since 1970. */
  readonly now?: number | undefined;
  readonly advanceSeconds?: number | undefined;
  /** Whether it stands still until it is moved. */
  readonly frozen?: boolean | undefined;
}

/** Ten years: as far as tests look at once. */
export const maxAdvanceSeconds = 10 * 366 * 24 * 60 * 60;

/** What is to be added to the time of the machine, or to the moment at which that was left. In milliseconds. */
interface Setting {
  /** How often it was moved: of two settings, the higher one counts, in whatever order they come. */
  readonly turn: number;
  readonly offset: number;
  readonly frozenAt: number | null;
}

const key = 'test-clock';
const unmoved: Setting = { turn: 0, offset: 0, frozenAt: null };

/** Moves `base`. What measures how long something takes (`performance.now()`, leases of what a node remembers) is not moved. */
export async function openTestClock({ client, notices, transaction }: Database, base: Clock): Promise<TestClock> {
  let setting = unmoved;
  const nowBy = ({ offset, frozenAt }: Setting): number => (frozenAt ?? base.now()) + offset;
  const read = async (queries: Pick<Database['client'], 'state'> = client): Promise<Setting> => {
    const row = await queries.state.findUnique({ where: { key } });
    return row === null ? unmoved : (JSON.parse(row.value) as Setting); // nobody else writes it
  };
  const take = (next: Setting): void => {
    if (next.turn > setting.turn) setting = next;
  };
  notices.subscribe('clock', ({ ids: [turn = '0', offset = '0', frozenAt = '-'] }) =>
    take({ turn: Number(turn), offset: Number(offset), frozenAt: frozenAt === '-' ? null : Number(frozenAt) }),
  );
  notices.onGap(() => void read().then(take, () => undefined)); // the database is away: the next gap tells again
  take(await read());

  return {
    now: () => nowBy(setting),
    offsetSeconds: () => (nowBy(setting) - base.now()) / 1000,
    move: async (change) => {
      const next = await transaction(async (queries) => {
        await holdMark(queries); // of two that move it, one waits for the other
        const moved = changed(await read(queries), change, base.now());
        await queries.state.upsert({
          where: { key },
          create: { key, value: JSON.stringify(moved) },
          update: { value: JSON.stringify(moved) },
        });
        await notices.publish(queries, 'clock', [moved.turn, moved.offset, moved.frozenAt ?? '-'].map(String));
        return moved;
      });
      take(next);
    },
  };
}

function changed(
  { turn, offset, frozenAt }: Setting,
  { now, advanceSeconds = 0, frozen = frozenAt !== null }: ClockChange,
  time: number,
): Setting {
  const current = (frozenAt ?? time) + offset;
  const from = now ?? current;
  if (from < current) throw badInput({ path: 'now', message: 'is over: the clock goes forward alone' });
  if (from - current > maxAdvanceSeconds * 1000) throw badInput({ path: 'now', message: 'must be at most ten years ahead' });
  return { turn: turn + 1, offset: from + advanceSeconds * 1000 - time, frozenAt: frozen ? time : null };
}
