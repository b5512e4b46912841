import { type Database, isUniqueViolation, type Queries } from '../database/database';
import { presentTables } from '../database/queries/present-tables.query';
import { Failure } from '../errors';
import { clearKeptMails } from '../mail/kept-mails';
import { retryWhileUnavailable } from '../retry';

/** The row of `state` that says whether a database is for tests alone: `on`, or `off` for good. No row: nobody has served it yet. */
const key = 'test-mode';

/** A database that test mode must not touch. */
export class TestModeError extends Error {
  override readonly name = 'TestModeError';
}

/**
 * Reads alone, and of an older schema too: to be asked before anything is migrated. A copy of a production database must not be emptied
 * by a test. @throws {TestModeError} for one that was served without test mode, or that holds a user who was not made in test mode
 */
export async function requireForTests({ client, provider }: Pick<Database, 'client' | 'provider'>): Promise<void> {
  const tables = await presentTables(client, provider);
  const mark = tables.has('state') ? await readMark(client) : null;
  if (mark === 'on') return;
  if (mark !== null)
    throw new TestModeError('AUTH_TEST_MODE must not be on here: a gateway without test mode has served the database. Use another one.');
  if (tables.has('users') && (await client.user.findFirst({ select: { id: true } })) !== null)
    throw new TestModeError(
      'AUTH_TEST_MODE must not be on here: the database holds users who were not made in test mode. Use another one.',
    );
}

/** Makes the database one for tests, where it is one already or nobody has used it. @throws {TestModeError} as {@link requireForTests} */
export async function claimForTests(database: Pick<Database, 'client' | 'provider'>): Promise<void> {
  await requireForTests(database);
  try {
    await database.client.state.create({ data: { key, value: 'on' } });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await requireForTests(database); // it was marked before, or somebody was faster
  }
}

/** It is served without test mode: whoever registers from now on is nobody of a test. It does not become a database of tests again. */
export async function releaseFromTests({ client, transaction }: Pick<Database, 'client' | 'transaction'>): Promise<void> {
  await retryWhileUnavailable(async () => {
    if ((await readMark(client)) === 'off') return;
    await transaction(async (queries) => {
      await queries.state.upsert({ where: { key }, create: { key, value: 'off' }, update: { value: 'off' } });
      await clearKeptMails(queries);
    });
  });
}

/**
 * Part of the caller's transaction, which keeps the row until its end: whoever releases the database meanwhile waits for it.
 * @throws {Failure} FORBIDDEN for one that is no database of tests any more
 */
export async function holdMark(queries: Queries): Promise<void> {
  const { count } = await queries.state.updateMany({ where: { key, value: 'on' }, data: { value: 'on' } });
  if (count === 0) throw new Failure('FORBIDDEN');
}

const readMark = async ({ state }: Pick<Queries, 'state'>): Promise<string | null> =>
  (await state.findUnique({ where: { key } }))?.value ?? null;
