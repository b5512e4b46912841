import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import { Failure, unavailable } from '../errors';
import { describeDefect, type Logger } from '../log';
import type { AuthenticatedClient } from '../service-clients/clients.service';
import type { Revocation, RevocationsService } from './revocations.service';

/** What is revoked, told to whoever follows, as it happens. */
export interface RevocationFeed {
  /**
   * From now on `follower` is told. What was revoked before, it reads itself.
   * @throws {Failure} RATE_LIMITED (too many of one client), UNAVAILABLE (closing)
   */
  readonly follow: (client: AuthenticatedClient, follower: Follower) => Following;
  /** Ends what is followed, and lets nobody follow any more: another node will. */
  readonly close: () => Promise<void>;
}

export interface Follower {
  readonly onRevoked: (revocations: readonly Revocation[]) => void;
  /** Everything that was committed before this moment has been told. */
  readonly onCurrent: (moment: Moment) => void;
  /** It is told nothing more: its client was deleted, or the node stops. */
  readonly onEnd: () => void;
}

export interface Following {
  /** Up to which moment everything has been told by now. */
  readonly current: () => Moment;
  readonly stop: () => void;
}

/** One moment on two clocks: `elapsed` in milliseconds of `performance.now()`, which nobody sets, and the time of day. */
export interface Moment {
  readonly elapsed: number;
  readonly time: number;
}

/** On one node. Ten replicas of a service may share a client. */
export const maxStreamsPerClient = 100;

/**
 * An entry may be committed this much later than the moment that is written in it: a transaction is cut off by the database
 * within seconds (see database.ts), and clocks of nodes differ by less than a minute. Who resumes is told that much again.
 */
export const overlapSeconds = 180;

/** How often a node that cannot hear the others asks, in milliseconds. */
const askEveryMs = 1_000;

interface Dependencies {
  readonly database: Database;
  readonly revocations: Pick<RevocationsService, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One for all streams of a node. A notice says what was revoked, and it is read by its id; after a gap, and while the node
 * is disconnected, everything since the last good moment is read. Only then the moment moves on: whoever follows knows how old his
 * knowledge is, whatever has failed on the way.
 */
export function createRevocationFeed({ database, revocations, clock, logger }: Dependencies): RevocationFeed {
  const { notices } = database;
  const audience = createAudience(clock, () => stopListening?.());
  const reading = createReading(database, revocations, audience, logger);
  let stopListening: (() => void) | undefined;
  let closed = false;

  /** Asks while it is disconnected. */
  const ask = async (isOver: AbortSignal): Promise<void> => {
    while (!isOver.aborted) {
      if (performance.now() - audience.current().elapsed >= askEveryMs * 2) reading.catchUp();
      await reading.done();
      await sleep(askEveryMs, undefined, { signal: isOver, ref: false }).catch(() => {});
    }
  };

  const listen = (): void => {
    const over = new AbortController();
    const stops = [
      ...(['sessions', 'user', 'keys'] as const).map((topic) => notices.subscribe(topic, ({ ids }) => reading.read(ids))),
      notices.subscribe('client', ({ ids }) => audience.endWhere((clientId) => ids.includes(clientId))),
      notices.onGap(reading.onGap),
      notices.onBeat(() => reading.onBeat(audience.momentOf(notices.heardUntil()))),
    ];
    // Whoever begins to follow reads what was before; and while the node is disconnected, `ask` finds what comes.
    audience.begin();
    reading.begin();
    void ask(over.signal);
    stopListening = () => {
      stopListening = undefined;
      over.abort();
      for (const stop of stops) stop();
      audience.forget();
    };
  };

  return {
    follow: (client, follower) => {
      if (closed) throw unavailable('DRAINING');
      if (audience.sizeOf(client.id) >= maxStreamsPerClient) throw new Failure('RATE_LIMITED', { retryAfterSeconds: 60 });
      const stop = audience.add(follower, client.id);
      if (stopListening === undefined) listen();
      return { current: audience.current, stop };
    },
    close: async () => {
      closed = true;
      audience.endWhere(() => true);
      await reading.done();
    },
  };
}

type Audience = ReturnType<typeof createAudience>;

/** Who follows, what they were told, and up to which moment. `onEmpty`: nobody follows any more. */
function createAudience(clock: Clock, onEmpty: () => void) {
  const followers = new Map<Follower, string>();
  const told = new Map<string, Revocation>();
  const momentOf = (elapsed: number): Moment => ({ elapsed, time: clock.now() - (performance.now() - elapsed) });
  let current = momentOf(performance.now());

  return {
    momentOf,
    current: () => current,
    begin: (): void => {
      current = momentOf(performance.now());
    },
    forget: (): void => told.clear(),
    clientIds: (): string[] => [...new Set(followers.values())],
    sizeOf: (id: string): number => [...followers.values()].filter((clientId) => clientId === id).length,
    add: (follower: Follower, clientId: string): (() => void) => {
      followers.set(follower, clientId);
      return () => {
        followers.delete(follower);
        if (followers.size === 0) onEmpty();
      };
    },
    tell: (found: readonly Revocation[]): void => {
      const fresh = found.filter(({ id, revision }) => told.get(id)?.revision !== revision);
      for (const each of fresh) told.set(each.id, each);
      if (fresh.length > 0) for (const follower of [...followers.keys()]) follower.onRevoked(fresh);
    },
    moveTo: (moment: Moment): void => {
      if (moment.elapsed <= current.elapsed) return;
      current = moment;
      for (const follower of [...followers.keys()]) follower.onCurrent(moment);
      for (const [id, { expiresAt }] of told) if (expiresAt.getTime() <= clock.now()) told.delete(id);
    },
    endWhere: (isOver: (clientId: string) => boolean): void => {
      for (const [follower, clientId] of [...followers])
        if (isOver(clientId)) {
          followers.delete(follower);
          follower.onEnd();
        }
      if (followers.size === 0) onEmpty();
    },
  };
}

/** What is read for those who follow, one reading after the other. What failed is a gap, and is read again. */
function createReading({ client: rows }: Database, revocations: Pick<RevocationsService, 'read'>, audience: Audience, logger: Logger) {
  let hasGap = false;
  let queue = Promise.resolve();

  const next = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch((error: unknown) => {
      hasGap = true;
      if (!(error instanceof Failure)) logger.error({ defect: describeDefect(error) }, 'the feed of revocations failed');
    });
  };

  /** Everything since the last good moment, and whether the clients are still there. */
  const readGap = async (): Promise<void> => {
    const begun = audience.momentOf(performance.now());
    hasGap = false;
    try {
      audience.tell(await revocations.read({ since: secondsAfter(audience.current().time, -overlapSeconds) }));
      const found = await rows.serviceClient.findMany({ where: { id: { in: audience.clientIds() } }, select: { id: true } });
      const live = new Set(found.map(({ id }) => id));
      audience.endWhere((clientId) => !live.has(clientId));
    } catch (error) {
      hasGap = true;
      throw error;
    }
    audience.moveTo(begun);
  };

  return {
    begin: (): void => {
      hasGap = false;
    },
    done: (): Promise<void> => queue,
    read: (ids: readonly string[]): void => next(async () => audience.tell(await revocations.read({ ids }))),
    catchUp: (): void => next(readGap),
    onGap: (): void => {
      hasGap = true;
      next(async () => (hasGap ? readGap() : undefined));
    },
    onBeat: (heard: Moment): void =>
      next(async () => {
        if (hasGap) await readGap();
        if (!hasGap) audience.moveTo(heard);
      }),
  };
}
