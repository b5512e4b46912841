import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Database } from '../../database/database';
import type { Logger } from '../../log';
import type { ServedPath } from '../../policy/policy';
import { isWholeAnswer } from '../answer/upstream.body';
import type { UpstreamAnswer } from '../hop/hop';
import type { Part, Plan } from '../plan/plan';

/** Answers of one path that are the same for everybody. */
export interface AnswerCache {
  /** Whether this operation is one of those: all of it is public, and each field at the root has its seconds. */
  readonly mayCache: (plan: Plan) => boolean;
  /**
   * What is cache, or what `ask` gives, which says nothing of who is calling. Who asks for the same meanwhile waits for it.
   * @throws what `ask` throws
   */
  readonly answer: (plan: Plan, key: readonly unknown[], ask: () => Promise<UpstreamAnswer>) => Promise<Told>;
  /** Fields of a mutation have run, or may have: what they change is forgotten, on every node, once this is done. Never throws. */
  readonly changed: (part: Pick<Part, 'fields'>) => Promise<void>;
}

export interface Told {
  readonly answer: UpstreamAnswer;
  readonly isCached: boolean;
}

interface Entry {
  readonly answer: UpstreamAnswer & { readonly body: Buffer };
  readonly stamp: string;
  /** Milliseconds since 1970. */
  readonly cachedAt: number;
  readonly until: number;
}

interface Dependencies {
  readonly database: Pick<Database, 'notices' | 'transaction'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Of a node, in bytes. */
const maxBytes = 64 * 1024 * 1024;
const maxEntryBytes = 1024 * 1024;

/** One memory for every path of the node. What came before an invalidation, or was under way then, is not told after it. */
export function createAnswerCache({ database, clock, logger }: Dependencies) {
  const { notices } = database;
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: maxEntryBytes,
    sizeCalculation: ({ answer }) => answer.body.length + 1_024,
  });
  const generations = createGenerations(notices);
  const stopAtGap = notices.onGap(() => entries.clear());
  const tellAll = async (ids: readonly string[]): Promise<void> => {
    try {
      await database.transaction((queries) => notices.publish(queries, 'upstream', ids));
    } catch (error) {
      logger.warn({ reason: (error as Error).name }, 'other nodes may answer from what they keep until its seconds are over');
    }
  };
  const askOnce = createAskOnce({ entries, clock, isCurrent: notices.isConnected });

  const forPath = (path: string, { cache, invalidates }: Pick<ServedPath, 'cache' | 'invalidates'>): AnswerCache => {
    const seconds = new Map(Object.entries(cache));
    const idOf = (field: string): string => hash('sha256', `${path} ${field}`, 'base64url');
    return {
      mayCache: ({ kind, operation, mayStream, parts: [part] }) => {
        if (seconds.size === 0 || kind !== 'upstream' || operation !== 'query' || mayStream || part === undefined) return false;
        const fields = fieldsOf(part);
        return fields.length > 0 && fields.every((field) => seconds.has(field)) && part.needed.every((access) => access === 'public');
      },
      answer: ({ parts: [part] }, key, ask) => {
        const fields = part === undefined ? [] : fieldsOf(part);
        const ids = fields.map(idOf);
        const milliseconds = Math.min(...fields.map((field) => seconds.get(field) ?? 0)) * 1000;
        const id = hash('sha256', JSON.stringify([path, part?.text, ...key]), 'base64url');
        return askOnce({ id, milliseconds, stampNow: () => generations.stampOf(ids), ask });
      },
      changed: async ({ fields }) => {
        const ids = [...new Set(fields.flatMap(({ name }) => invalidates[name] ?? []).map(idOf))];
        if (ids.length === 0) return;
        generations.raise(ids);
        await tellAll(ids);
      },
    };
  };

  const close = (): void => {
    generations.close();
    stopAtGap();
    entries.clear();
  };
  return { forPath, close };
}

/** `__typename` is nobody's, and changes with nothing. */
const fieldsOf = ({ fields }: Pick<Part, 'fields'>): string[] =>
  fields.map(({ name }) => name).filter((name) => !name.endsWith('.__typename'));

/** A number for each field, raised on every node by what changes its answer. */
function createGenerations(notices: Database['notices']) {
  const numbers = new Map<string, number>();
  let gaps = 0;
  const raise = (ids: readonly string[]): void => {
    for (const id of ids) numbers.set(id, (numbers.get(id) ?? 0) + 1);
  };
  const stops = [
    notices.subscribe('upstream', ({ ids }) => raise(ids)),
    notices.onGap(() => {
      gaps += 1; // something may have been missed
    }),
  ];
  return {
    raise,
    stampOf: (ids: readonly string[]): string => [gaps, ...ids.map((id) => numbers.get(id) ?? 0)].join(),
    close: (): void => {
      for (const stop of stops) stop();
    },
  };
}

interface Question {
  readonly id: string;
  readonly milliseconds: number;
  /** The generations of what is asked for. */
  readonly stampNow: () => string;
  readonly ask: () => Promise<UpstreamAnswer>;
}

interface Memory {
  readonly entries: LRUCache<string, Entry>;
  readonly clock: Clock;
  /** Whether this node hears of changes. */
  readonly isCurrent: () => boolean;
}

/** From what is cache, or asked for, once for all who ask meanwhile. */
function createAskOnce({ entries, clock, isCurrent }: Memory) {
  const underWay = new Map<string, Promise<UpstreamAnswer>>();

  const find = (id: string, stamp: string): Entry | null => {
    const entry = entries.get(id);
    const now = clock.now();
    return entry !== undefined && entry.stamp === stamp && now < entry.until && now >= entry.cachedAt ? entry : null;
  };

  return async ({ id, milliseconds, stampNow, ask }: Question): Promise<Told> => {
    if (!isCurrent()) return { answer: await ask(), isCached: false };
    const stamp = stampNow();
    const found = find(id, stamp);
    if (found !== null) return { answer: found.answer, isCached: true };
    const flight = `${id} ${stamp}`;
    const shared = await underWay.get(flight);
    if (shared !== undefined && isCacheable(shared)) return { answer: shared, isCached: true };
    const asking = ask();
    underWay.set(flight, asking);
    try {
      const answer = await asking;
      const cachedAt = clock.now();
      if (isCacheable(answer) && stampNow() === stamp) entries.set(id, { answer, stamp, cachedAt, until: cachedAt + milliseconds });
      return { answer, isCached: false };
    } finally {
      if (underWay.get(flight) === asking) underWay.delete(flight);
    }
  };
}

/** It is whole, without errors, and the service has not said that it is one caller's. */
function isCacheable(answer: UpstreamAnswer): answer is UpstreamAnswer & { readonly body: Buffer } {
  const { status, headers, body } = answer;
  const isForAll =
    headers['set-cookie'] === undefined &&
    !/(^|[\s,])(no-store|no-cache|private)\b/i.test(headers['cache-control'] ?? '') &&
    !(headers.vary ?? '').includes('*');
  return status === 200 && isForAll && Buffer.isBuffer(body) && body.length <= maxEntryBytes && isWholeAnswer(body);
}
