import { randomUUID } from 'node:crypto';
import { gateway } from '../actor';
import type { AuditService } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import type { Database, MailRow } from '../database/database';
import { Failure } from '../errors';
import { describeDefect, type Logger } from '../log';
import type { MailEvent } from './mail.events';
import type { Message } from './message';
import { connections, SendError, type Transport } from './transports/transport';

/** Sends what lies in the outbox. */
export interface Mailer {
  /** There may be a new mail: it is looked for at once. */
  readonly poke: () => void;
  /** Sends whatever is due, and is done when nothing is under way here any more. */
  readonly sendDue: () => Promise<void>;
  /** Looks from now on by itself, every {@link lookEverySeconds}. Only the gateway does: a command of the command line does not. */
  readonly start: () => void;
  /** Begins no other mail. Those that wait are for other nodes, or for the next start. */
  readonly drain: () => void;
  /** The same, and waits for what is under way, {@link closeMs} at most. */
  readonly close: () => Promise<void>;
  /** How many mails were sent, had to wait, or were given up here, since the start. */
  readonly counts: ReadonlyMap<MailOutcome, number>;
  /** How many wait now, decoys included, and how long the oldest has waited, in seconds. */
  readonly queue: () => Promise<{ readonly waiting: number; readonly oldestSeconds: number }>;
  /** Calls back with each message that was handed over. @returns how to stop it */
  readonly onSent: (listener: (message: Message) => void) => () => void;
}

export type MailOutcome = 'sent' | 'postponed' | 'failed';

/** A node that dies with a mail is followed by another one after this time. Node clocks may differ by less than that. */
export const leaseSeconds = 30;
export const lookEverySeconds = 5;
/** How long a mail may take: less than its lease, so that no other node sends it meanwhile. */
const sendMs = 25_000;
const closeMs = 5_000;
/** From one try to the next. Every further one is after the last of these. */
export const retrySeconds = [5, 30, 2 * 60, 10 * 60, 30 * 60] as const;
/** How long a mail without a token is tried, and one that cannot be made. */
const noticeSeconds = 7 * 24 * 60 * 60;
/** Rows that a look reads: of several nodes, each takes the first that nobody else has. */
const candidates = 20;

/**
 * A mail as it goes out. Null: nobody wants it any more, because its token was used up or its user is gone.
 * @throws {SendError}, and whatever a defect throws
 */
export type Make = (row: MailRow) => Promise<Made | null>;

export interface Made {
  readonly message: Message;
  readonly userId: string | null;
  /** Until then it is worth sending. Null: {@link noticeSeconds}. */
  readonly expiresAt: Date | null;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<MailEvent>;
  readonly transport: Transport;
  readonly make: Make;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One row is one mail, claimed by one conditional statement, and deleted once it was handed over: a node that is killed in between sends it
 * again, with the same Message-ID. See docs/decisions/041-outbox.md.
 */
export function createMailer(dependencies: Dependencies): Mailer {
  const { database, clock, logger } = dependencies;
  const node = randomUUID();
  const counts = new Map<MailOutcome, number>([
    ['sent', 0],
    ['postponed', 0],
    ['failed', 0],
  ]);
  const listeners = new Set<(message: Message) => void>();
  const loop = createLoop(createClaim(dependencies, node), createSend({ ...dependencies, node, counts, listeners }), logger);
  let timer: NodeJS.Timeout | undefined;

  const drain = (): void => {
    loop.drain();
    clearInterval(timer);
  };

  return {
    poke: loop.look,
    sendDue: () => {
      loop.look();
      return loop.idle();
    },
    start: () => {
      timer = setInterval(loop.look, lookEverySeconds * 1000).unref();
      loop.look();
    },
    drain,
    close: async () => {
      drain();
      await Promise.race([loop.idle(), new Promise((resolve) => setTimeout(resolve, closeMs).unref())]);
    },
    counts,
    queue: async () => {
      const { _count, _min } = await database.client.mail.aggregate({ _count: true, _min: { createdAt: true } });
      const oldest = _min.createdAt?.getTime() ?? clock.now();
      return { waiting: _count, oldestSeconds: Math.max(0, (clock.now() - oldest) / 1000) };
    },
    onSent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A row for this node to send. Null: none is due; `overtaken`: other nodes were faster, and there may be more. */
type Claim = () => Promise<MailRow | null | 'overtaken'>;

function createClaim({ database, clock }: Dependencies, node: string): Claim {
  const rows = database.client.mail;
  return async () => {
    const now = new Date(clock.now());
    const isFree = { dueAt: { lte: now }, OR: [{ leaseUntil: null }, { leaseUntil: { lte: now } }] };
    const found = await rows.findMany({ where: isFree, orderBy: { dueAt: 'asc' }, take: candidates, select: { id: true } });
    for (const { id } of found) {
      const [row] = await rows.updateManyAndReturn({
        where: { id, ...isFree },
        data: { holder: node, leaseUntil: secondsAfter(now.getTime(), leaseSeconds), attempts: { increment: 1 } },
      });
      if (row !== undefined) return row;
    }
    return found.length === candidates ? 'overtaken' : null;
  };
}

interface Loop {
  /** Looks for mails, unless it looks already: then once more after that. */
  readonly look: () => void;
  /** When nothing is under way. */
  readonly idle: () => Promise<void>;
  readonly drain: () => void;
}

/** Keeps as many mails under way as there are {@link connections}, while some are due. */
function createLoop(claim: Claim, send: (row: MailRow) => Promise<void>, logger: Logger): Loop {
  const underWay = new Set<Promise<void>>();
  let isDraining = false;
  let looking: Promise<void> | undefined;
  let again = false;
  const hasRoom = (): boolean => !isDraining && underWay.size < connections;

  const begin = (row: MailRow): void => {
    const work = guarded(() => send(row), logger).finally(() => {
      underWay.delete(work);
      look();
    });
    underWay.add(work);
  };

  const fill = async (): Promise<void> => {
    while (again && hasRoom()) {
      again = false;
      const row = await claim();
      if (row === null) continue;
      again = true;
      if (row !== 'overtaken') begin(row);
    }
  };

  const look = (): void => {
    again = true;
    if (isDraining) return;
    looking ??= guarded(fill, logger).finally(() => {
      looking = undefined;
      if (again && hasRoom()) look(); // somebody asked at the last moment
    });
  };

  return {
    look,
    idle: async () => {
      while (looking !== undefined || underWay.size > 0) await Promise.all([looking, ...underWay]);
    },
    drain: () => {
      isDraining = true;
    },
  };
}

/** There is no caller to tell. The lease runs out, and somebody tries again. */
async function guarded(work: () => Promise<void>, logger: Logger): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure && error.code === 'UNAVAILABLE') logger.warn('mails have to wait for the database');
    else logger.error({ defect: describeDefect(error) }, 'a mail could not be made or sent');
  }
}

interface SendDependencies extends Dependencies {
  readonly node: string;
  readonly counts: Map<MailOutcome, number>;
  readonly listeners: ReadonlySet<(message: Message) => void>;
}

/** One claimed row to its end: sent, put off, or given up. */
function createSend(dependencies: SendDependencies) {
  const { database, audit, transport, clock, logger, node, counts, listeners } = dependencies;
  const tryToMake = createTryToMake(dependencies);
  const rows = database.client.mail;
  const mine = ({ id }: MailRow) => ({ id, holder: node });
  const count = (outcome: MailOutcome): void => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1);

  const giveUp = async (row: MailRow, userId: string | null, reason: string): Promise<void> => {
    await audit.change(async (queries, note) => {
      const { count: deleted } = await queries.mail.deleteMany({ where: mine(row) });
      const detail = `${row.kind}: ${reason}`;
      if (deleted === 1) note({ event: 'mail.failed', outcome: 'refused', actor: gateway, userId: userId ?? undefined, detail });
    });
    count('failed');
  };

  const putOff = async (row: MailRow, reason: string): Promise<void> => {
    const seconds = retrySeconds[Math.min(row.attempts, retrySeconds.length) - 1] ?? retrySeconds[0];
    await rows.updateMany({
      where: mine(row),
      data: { dueAt: secondsAfter(clock.now(), seconds), leaseUntil: null, holder: null },
    });
    count('postponed');
    logger.warn({ mail: row.id, kind: row.kind, attempts: row.attempts, seconds, reason }, 'a mail has to wait');
  };

  /** @throws {SendError} */
  const handOver = async (row: MailRow): Promise<void> => {
    const made = await tryToMake(row);
    if (made === null) return void (await rows.deleteMany({ where: mine(row) }));
    const end = made.expiresAt ?? endOfNotice(row);
    if (end.getTime() <= clock.now()) return giveUp(row, made.userId, 'it was not taken in time');
    try {
      await transport.send(made.message, AbortSignal.timeout(sendMs));
    } catch (error) {
      if (error instanceof SendError && error.isFinal) return giveUp(row, made.userId, error.reason);
      throw error;
    }
    await rows.deleteMany({ where: mine(row) });
    count('sent');
    for (const listener of listeners) listener(made.message);
  };

  return async (row: MailRow): Promise<void> => {
    try {
      await handOver(row);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      await (error.isFinal ? giveUp(row, null, error.reason) : putOff(row, error.reason));
    }
  };
}

const endOfNotice = ({ createdAt }: MailRow): Date => secondsAfter(createdAt.getTime(), noticeSeconds);

/** One that cannot be made, by a defect or because a newer version has put it there, is tried as long as a notice: SendError. */
function createTryToMake({ make, clock, logger }: Pick<Dependencies, 'make' | 'clock' | 'logger'>): Make {
  return async (row) => {
    if (row.recipient === null) return null;
    try {
      return await make(row);
    } catch (error) {
      if (error instanceof Failure && error.code === 'UNAVAILABLE') throw error;
      const isKnown = error instanceof SendError;
      if (!isKnown) logger.error({ mail: row.id, kind: row.kind, defect: describeDefect(error) }, 'a mail cannot be made');
      throw new SendError(isKnown ? error.reason : 'it cannot be made', endOfNotice(row).getTime() <= clock.now());
    }
  };
}
