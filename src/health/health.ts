import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { unavailable } from '../errors';

/** How long a write that was possible is believed to be possible still, in milliseconds. */
const writableForMs = 1_000;

/** Whether this node should get requests. */
export interface Readiness {
  /** @throws {Failure} UNAVAILABLE while it drains, or when the database cannot be reached, is not migrated, or cannot be written */
  readonly requireReady: () => Promise<void>;
  readonly isDraining: () => boolean;
  /** From now on it is not: requests in flight finish, new ones go elsewhere. */
  readonly drain: () => void;
}

/** It writes, because a full disk and a standby can be read; once for all who ask at the same time, and not twice in a second. */
export function createReadiness(database: Pick<Database, 'isMigrated' | 'requireWritable'>, clock: Clock): Readiness {
  let draining = false;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await database.requireWritable();
    writtenAt = clock.now();
  };
  const requireWritable = async (): Promise<void> => {
    if (Math.abs(clock.now() - writtenAt) < writableForMs) return;
    writing ??= write().finally(() => {
      writing = undefined;
    });
    await writing;
  };
  return {
    requireReady: async () => {
      if (draining) throw unavailable('DRAINING');
      if (!(await database.isMigrated())) throw unavailable('NOT_MIGRATED');
      await requireWritable();
    },
    isDraining: () => draining,
    drain: () => {
      draining = true;
    },
  };
}
