import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { OwnerNotices } from '../mail/owner-notices';
import type { PagedDocument } from '../operations/paged-document';
import type { FreshSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { ExportEvent } from './export.events';
import { readAccount } from './read-account';

/** Taking one's data along (GDPR Art. 15 and 20). */
export interface ExportService {
  /**
   * Everything that is kept about the caller: no secret, and nothing of anybody else. Its owner is told of it. @throws {Failure}
   * RATE_LIMITED, UNAUTHENTICATED (ended meanwhile), UNAVAILABLE
   */
  readonly exportAccount: (session: FreshSession, requester: Requester) => Promise<Answer<PagedDocument>>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<ExportEvent>;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

export function createExportService({ database, audit, ledger, limits, ownerNotices, clock }: Dependencies): ExportService {
  return {
    exportAccount: async ({ row, user }, requester) => {
      const effects = await ledger.take([{ limit: limits.export, subject: user.id, account: { userId: user.id } }], requester);
      return withEffects(effects, async () => {
        await audit.change(async (queries, note) => {
          const eventId = note({ event: 'account.exported', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
          await ownerNotices.tell(queries, { kind: 'account-exported', user, eventId, requester });
        });
        return readAccount(database, user.id, clock);
      });
    },
  };
}
