import type { House } from './house';

/** Changes the row of a user, as an operator's command does: every node hears of it. */
export const setUser = (
  house: House,
  id: string,
  data: { readonly roles?: string; readonly disabledAt?: Date | null; readonly passwordHash?: null },
): Promise<void> => {
  const { database } = house.app.services;
  return database.transaction(async (queries) => {
    await queries.user.update({ where: { id }, data });
    await database.notices.publish(queries, 'user', [id]);
  });
};
