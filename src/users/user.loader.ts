import DataLoader from 'dataloader';
import type { Database } from '../database/database';
import { toUser, type User } from './user';

/** Users by id, null for one that is gone. Made for each request: it remembers within it, and shares its queries. */
export type UserLoader = DataLoader<string, User | null>;

export const createUserLoader = (database: Database): UserLoader =>
  new DataLoader(async (ids) => {
    const rows = await database.client.user.findMany({ where: { id: { in: [...ids] } } });
    const byId = new Map(rows.map((row) => [row.id, toUser(row)]));
    return ids.map((id) => byId.get(id) ?? null);
  });
