import type { Clock } from '../clock';
import type { Queries, UserRow } from '../database/database';
import { Failure } from '../errors';

/** Whether the moment of its deletion is over: the account is gone for everybody, though a job may not have erased it yet. */
export const isGone = ({ deletesAt }: Pick<UserRow, 'deletesAt'>, clock: Clock): boolean =>
  deletesAt !== null && deletesAt.getTime() <= clock.now();

/** An account as it was when its credential was compared. */
export interface KnownAccount {
  readonly id: string;
  readonly generation: number;
  /** Left out: of whatever address. */
  readonly emailKey?: string;
}

/**
 * Waits for whoever changes the account, and refuses where it was changed since: a new password, a disabling, a reset. Part of the caller's
 * transaction.
 * @param code what is answered then
 * @throws {Failure} `code`
 */
export async function requireSameAccount(
  queries: Queries,
  { id, generation, emailKey }: KnownAccount,
  code: 'INVALID_CODE' | 'INVALID_CREDENTIALS' = 'INVALID_CODE',
): Promise<UserRow> {
  const [row] = await queries.user.updateManyAndReturn({
    where: { id, generation, disabledAt: null, ...(emailKey !== undefined && { emailKey }) },
    data: { generation },
  });
  if (row === undefined) throw new Failure(code);
  return row;
}
