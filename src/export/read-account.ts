import type { Clock } from '../clock';
import type { AuditEventRow, Database } from '../database/database';
import { Failure } from '../errors';
import type { PagedDocument, Pages } from '../operations/paged-document';
import { toRoles } from '../users/user';
import { documentFormat } from './account-document.schema';
import { exportedOf } from './exported-columns';

/** As many events as are in memory at once. */
const eventsPerPage = 500;

/**
 * The document of a user, of what there is by now. Events are read while it is written.
 * @throws {Failure} UNAUTHENTICATED (erased meanwhile), UNAVAILABLE
 */
export async function readAccount({ client }: Pick<Database, 'client'>, userId: string, clock: Clock): Promise<PagedDocument> {
  const exportedAt = new Date(clock.now());
  const user = await client.user.findUnique({
    where: { id: userId },
    include: {
      sessions: { orderBy: { createdAt: 'asc' } },
      totp: true,
      recoveryCodes: { orderBy: { createdAt: 'asc' } },
      passkeys: { orderBy: { createdAt: 'asc' } },
      identities: { orderBy: { createdAt: 'asc' } },
      reservedEmails: { orderBy: { expiresAt: 'asc' } },
      mailTokens: { where: { expiresAt: { gt: exportedAt } }, orderBy: { createdAt: 'asc' } },
    },
  });
  if (user === null) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
  const { sessions, totp, recoveryCodes, passkeys, identities, reservedEmails, mailTokens, ...row } = user;
  const session = exportedOf('Session');
  return {
    format: documentFormat,
    exportedAt,
    profile: { ...exportedOf('User')(row), roles: toRoles(row.roles), hasPassword: row.passwordHash !== null },
    sessions: sessions.map((each) => ({ ...session(each), methods: each.methods.split(' ') })),
    totp: totp && exportedOf('Totp')(totp),
    recoveryCodes: recoveryCodes.map(exportedOf('RecoveryCode')),
    passkeys: passkeys.map(exportedOf('Passkey')),
    identities: identities.map(exportedOf('Identity')),
    reservedEmails: reservedEmails.map(exportedOf('ReservedEmail')),
    pendingMails: mailTokens.map(exportedOf('MailToken')),
    events: eventsOf(client.auditEvent, userId, exportedAt),
  };
}

/** Oldest first, up to this moment: while it is read, more may come. */
async function* eventsOf(rows: Database['client']['auditEvent'], userId: string, until: Date): Pages {
  let last: AuditEventRow | undefined;
  for (;;) {
    const page: AuditEventRow[] = await rows.findMany({
      where: { userId, at: { lte: until }, ...(last && { OR: [{ at: { gt: last.at } }, { at: last.at, id: { gt: last.id } }] }) },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
      take: eventsPerPage,
    });
    yield page.map(exportedOf('AuditEvent'));
    last = page.at(-1);
    if (page.length < eventsPerPage) return;
  }
}
