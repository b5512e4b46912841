import { userActor } from '../../actor';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import type { Database, UserRow } from '../../database/database';
import { Failure } from '../../errors';
import { factsOf } from '../../mail/facts';
import type { Outbox } from '../../mail/outbox';
import type { BreachedPasswords } from '../../passwords/breached/breached-passwords';
import type { Requester } from '../../requester';
import type { AccountsEvent } from '../accounts.events';

/**
 * After a right login: where the password is in the list of breached ones, its owner is told, and the next login asks for a reset. The
 * session that has just begun goes on. A service of ranges is not asked, which would learn of every login; nor is anybody without mail, for
 * a reset could not be had. What cannot be looked up or written now is so at the next login.
 */
export type DistrustPassword = (user: UserRow, password: string, requester: Requester) => Promise<void>;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<AccountsEvent>;
  readonly outbox: Outbox;
  readonly breached: BreachedPasswords | null;
  readonly clock: Clock;
}

export function createDistrustPassword({ database, audit, outbox, breached, clock }: Dependencies): DistrustPassword {
  const distrust = ({ id, passwordHash }: UserRow, requester: Requester): Promise<void> =>
    audit.change(async (queries, note) => {
      // Over the hash that was compared: of one that was changed meanwhile nothing is known.
      const [user] = await queries.user.updateManyAndReturn({
        where: { id, passwordHash, passwordDistrustedAt: null },
        data: { passwordDistrustedAt: new Date(clock.now()) },
      });
      if (user === undefined) return;
      note({ event: 'password.distrusted', userId: id, actor: userActor(id, requester), detail: 'it appears in a known breach' });
      const facts = factsOf(user, requester, new Date(clock.now()));
      const wishes = [user.locale, requester.acceptLanguage];
      await outbox.post(queries, { kind: 'password-distrusted', recipient: user.email, facts, wishes });
      await database.notices.publish(queries, 'user', [id]);
    });
  return async (user, password, requester) => {
    if (!breached?.isLocal || !outbox.isOn || user.passwordDistrustedAt !== null) return;
    try {
      if (await breached.includes(password)) await distrust(user, requester);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'UNAVAILABLE')) throw error;
    }
  };
}
