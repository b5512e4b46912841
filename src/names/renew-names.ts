import type { Database } from '../database/database';
import type { Logger } from '../log';
import { retryWhileUnavailable } from '../retry';
import { renewStaleKeys } from './stored-keys';

/** Before anybody asks: whoever logs in is looked for in today's normal form. @throws {Failure} UNAVAILABLE */
export async function renewNames(database: Database, logger: Logger): Promise<void> {
  const { renewed, doubles } = await retryWhileUnavailable(() => renewStaleKeys(database));
  if (renewed > 0) logger.info({ renewed }, 'names and addresses have the normal form of this version now');
  for (const { userId, field, takenBy } of doubles)
    logger.warn(
      { userId, takenBy, field },
      'two users have one name or address in the normal form of this version: gatehouse doctor says more',
    );
}
