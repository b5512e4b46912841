import type { Queries } from '../queries';

/**
 * Notes that a passkey was used, with its counter, in one statement: of two answers with the same one, or of an older copy, one gets the row. A
 * passkey that is synced has 0 for ever (WebAuthn L3 §7.2, step 22). @returns whether it counts
 */
export async function raiseCounter(queries: Pick<Queries, 'passkey'>, id: string, counter: bigint, now: Date): Promise<boolean> {
  const { count } = await queries.passkey.updateMany({
    where: { id, OR: [{ counter: { lt: counter } }, ...(counter === 0n ? [{ counter: 0n }] : [])] },
    data: { counter, lastUsedAt: now },
  });
  return count === 1;
}
