import type { Database } from '../database/database';
import { unavailable } from '../errors';

/** Whether this node should get requests. */
export interface Readiness {
  /** @throws {Failure} UNAVAILABLE while it drains, or when the database cannot be reached or is not migrated */
  readonly requireReady: () => Promise<void>;
  readonly isDraining: () => boolean;
  /** From now on it is not: requests in flight finish, new ones go elsewhere. */
  readonly drain: () => void;
}

export function createReadiness(database: Database): Readiness {
  let draining = false;
  return {
    requireReady: async () => {
      if (draining) throw unavailable();
      if (!(await database.isMigrated())) throw unavailable();
    },
    isDraining: () => draining,
    drain: () => {
      draining = true;
    },
  };
}
