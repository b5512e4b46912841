import type { Database } from '../database/database';
import { emptyTables } from '../database/queries/reset.query';
import type { JobsService } from '../jobs/jobs.service';
import type { Ledger } from '../limits/ledger.service';
import { clearKeptMails } from '../mail/kept-mails';
import type { Mailer } from '../mail/mailer';
import type { Faults } from './faults';
import { holdMark } from './marker';

interface Dependencies {
  readonly database: Database;
  readonly mailer: Mailer | null;
  readonly jobs: JobsService;
  readonly ledger: Ledger;
  readonly faults: Faults;
}

/**
 * Everything is gone but the keys and the clock. What nodes remember of users, sessions, roles and service clients goes on every node;
 * failures that were ordered, and the waits of limits, go on this node alone. @throws {Failure} FORBIDDEN where the database is not for
 * tests any more, UNAVAILABLE
 */
export async function reset({ database, mailer, jobs, ledger, faults }: Dependencies): Promise<void> {
  await jobs.runDue();
  await mailer?.sendDue(); // what is under way would be kept after the rest is gone
  await database.transaction(async (queries) => {
    await holdMark(queries);
    const clients = await queries.serviceClient.findMany({ select: { id: true } });
    await emptyTables(queries);
    await clearKeptMails(queries);
    await database.notices.publish(queries, 'keys', []); // whoever hears of keys forgets every session
    await database.notices.publish(queries, 'roles', []);
    if (clients.length > 0)
      await database.notices.publish(
        queries,
        'client',
        clients.map(({ id }) => id),
      );
  });
  faults.clear();
  ledger.forgetKnown();
}
