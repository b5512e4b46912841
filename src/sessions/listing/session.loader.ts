import DataLoader from 'dataloader';
import type { SessionRow } from '../../database/database';

/** Live sessions by user id, newest first. Made for each request: it remembers within it, and shares its queries. */
export type SessionLoader = DataLoader<string, SessionRow[]>;

export const createSessionLoader = (findLive: (userIds: readonly string[]) => Promise<SessionRow[]>): SessionLoader =>
  new DataLoader(async (userIds) => {
    const rows = await findLive(userIds);
    return userIds.map((userId) => rows.filter((row) => row.userId === userId));
  });
