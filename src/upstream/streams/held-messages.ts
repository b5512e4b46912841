import { setTimeout as sleep } from 'node:timers/promises';
import type { Membership } from './session.watch';

/**
 * What is to be sent on a stream of a session waits until the session was asked about: once for all that has arrived by then. So
 * nothing leaves after the answer that has ended the session.
 */
export interface HeldMessages {
  /** @returns whether it fits: more than `maxWaiting` units are not kept, but for one message alone */
  readonly add: (message: string) => boolean;
  /** Once nothing waits any more: what was added was sent, or its session has ended. */
  readonly whenSent: () => Promise<void>;
}

/** Of what waits, in UTF-16 units. */
const maxWaiting = 1024 * 1024;

/** Until what was said about the session has been looked at, and until a database that does not answer is asked again. */
const pauseMs = { doubt: 5, outage: 250 };

/** `membership` null: the stream is nobody's. `send` is not called any more once the session has ended. */
export function holdMessages(membership: Membership | null, send: (message: string) => void): HeldMessages {
  if (membership === null)
    return {
      add: (message) => {
        send(message);
        return true;
      },
      whenSent: async () => undefined,
    };
  let waiting: string[] = [];
  let units = 0;
  let running: Promise<void> | undefined;

  const drop = (): string[] => {
    const messages = waiting;
    waiting = [];
    units = 0;
    return messages;
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const session = await membership.check().catch(() => undefined);
      if (session === null) drop();
      else if (session === undefined) await sleep(pauseMs.outage, undefined, { ref: false });
      else if (membership.isDoubtful()) await sleep(pauseMs.doubt, undefined, { ref: false });
      else for (const message of drop()) send(message); // in this very step: nothing is answered in between
    }
    running = undefined;
  };

  return {
    add: (message) => {
      if (units > 0 && units + message.length > maxWaiting) return false;
      units += message.length;
      waiting.push(message);
      running ??= run();
      return true;
    },
    whenSent: async () => running,
  };
}
