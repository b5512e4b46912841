import type { Database } from '../database/database';

/** The row of `state` that says that a database is for tests alone. */
const key = 'test-mode';

/** A database that test mode must not touch. */
export class TestModeError extends Error {
  override readonly name = 'TestModeError';
}

/**
 * Makes the database one for tests, where it is one already or holds nobody. @throws {TestModeError} for one that holds a user who was not made
 * in test mode: a copy of a production database must not be emptied by a test
 */
export async function claimForTests({ client }: Pick<Database, 'client'>): Promise<void> {
  if ((await client.state.findUnique({ where: { key } })) !== null) return;
  if ((await client.user.findFirst({ select: { id: true } })) !== null)
    throw new TestModeError(
      'AUTH_TEST_MODE must not be on here: the database holds users who were not made in test mode. Use another one.',
    );
  await client.state.upsert({ where: { key }, create: { key, value: 'on' }, update: {} });
}

/** A gateway without test mode has begun to serve it: whoever registers from now on is nobody of a test. */
export async function releaseFromTests({ client }: Pick<Database, 'client'>): Promise<void> {
  if ((await client.state.findUnique({ where: { key } })) !== null) await client.state.deleteMany({ where: { key } });
}
