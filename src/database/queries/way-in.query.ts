import type { Queries, UserRow } from '../database';

type Reads = Pick<Queries, 'passkey' | 'identity'>;

/**
 * Whether a password, a passkey that verifies its user, or an identity opens the account. An identity of a provider that is configured no
 * more opens nothing. @throws {Failure} UNAVAILABLE
 */
export async function hasWayIn(
  queries: Reads,
  { id: userId, passwordHash }: Pick<UserRow, 'id' | 'passwordHash'>,
  providers: Iterable<string>,
): Promise<boolean> {
  if (passwordHash !== null) return true;
  if ((await queries.passkey.count({ where: { userId, verifiesUser: true } })) > 0) return true;
  return (await queries.identity.count({ where: { userId, provider: { in: [...providers] } } })) > 0;
}
