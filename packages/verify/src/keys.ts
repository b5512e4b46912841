import type { KeyObject } from 'node:crypto';
import type { Gateway } from './gateway.js';
import { readJwks } from './token.js';

export interface Keys {
  /** Undefined: there is no such key. @throws {VerifierError} where that is not known */
  readonly find: (keyId: string) => Promise<KeyObject | undefined>;
  /** @throws {VerifierError} */
  readonly read: () => Promise<void>;
}

/** Tokens with invented key ids must not become requests: milliseconds from one look at the keys to the next. */
const leastPauseMs = 1_000;

/** The gateway's public keys. One read under way serves all who wait for it. */
export function createKeys(gateway: Pick<Gateway, 'readJwks'>, elapsed: () => number): Keys {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: unknown = new Error('the keys were not read yet');
  let reading: Promise<void> | undefined;

  const readNow = async (): Promise<void> => {
    readAt = elapsed(); // also when it fails: not at every token
    try {
      keys = readJwks(await gateway.readJwks());
      failure = null;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const read = (): Promise<void> => {
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    read,
    find: async (keyId) => {
      if (!keys.has(keyId) && (reading !== undefined || elapsed() - readAt >= leastPauseMs)) await read();
      const key = keys.get(keyId);
      if (key === undefined && failure !== null) throw failure; // nobody can tell whether there is such a key
      return key;
    },
  };
}
