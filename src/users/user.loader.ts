import DataLoader from 'dataloader';
import type { Database } from '../database/database';
import { toUser, type User } from './user';

/**
 * Users by id, null for one that is gone or about to go: others see nothing of somebody who leaves. Made for each request: it remembers
 * within it, and shares its queries.
 */
export interface UserLoader {
  readonly load: (id: string) => Promise<User | null>;
  /** From now on this is what there is: it has just been read, or written. */
  readonly prime: (user: User) => void;
  readonly clear: () => void;
}

/** The caller is primed in nearly every request, and then no batch has to be begun. */
export function createUserLoader(database: Database): UserLoader {
  const known = new Map<string, User>();
  let loader: DataLoader<string, User | null> | undefined;
  return {
    load: async (id) => {
      const user = known.get(id);
      if (user !== undefined) return user;
      loader ??= createBatches(database);
      return loader.load(id);
    },
    prime: (user) => void known.set(user.id, user),
    clear: () => {
      known.clear();
      loader = undefined;
    },
  };
}

const createBatches = (database: Database): DataLoader<string, User | null> =>
  new DataLoader(async (ids) => {
    const rows = await database.client.user.findMany({ where: { id: { in: [...ids] }, deletesAt: null } });
    const byId = new Map(rows.map((row) => [row.id, toUser(row)]));
    return ids.map((id) => byId.get(id) ?? null);
  });
