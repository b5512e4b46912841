import { userActor } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Config } from '../config';
import { hasWayIn } from '../database/queries/way-in.query';
import { Failure } from '../errors';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FreshSession } from '../proofs/proofs';
import type { Providers } from '../providers/provider';
import type { Requester } from '../requester';
import { dropUselessRecoveryCodes } from '../second-factors/codes/make-recovery-codes';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { PasskeysEvent } from './passkeys.events';

/**
 * It opens nothing any more. The recovery codes go with the last second factor.
 * @throws {Failure} NOT_FOUND, LAST_LOGIN_METHOD (nothing else would open the account), UNAUTHENTICATED (ended meanwhile), UNAVAILABLE
 */
export type RemovePasskey = (session: FreshSession, id: string, requester: Requester) => Promise<{ readonly user: User }>;

export interface RemovePasskeyDependencies {
  readonly audit: AuditService<PasskeysEvent>;
  readonly sessions: SessionsService;
  readonly ownerNotices: OwnerNotices;
  readonly outbox: Outbox;
  readonly providers: Providers;
  readonly config: Pick<Config, 'emailLogin'>;
}

export const createRemovePasskey =
  ({ audit, sessions, ownerNotices, outbox, providers, config }: RemovePasskeyDependencies): RemovePasskey =>
  ({ user, row }, id, requester) =>
    audit.change(async (queries, note) => {
      // Whoever else removes one of this user's waits: of the last two, one stays.
      const { id: userId, generation } = user;
      const [current] = await queries.user.updateManyAndReturn({ where: { id: userId, generation }, data: { generation } });
      await sessions.requireUnended(queries, row, user);
      const passkey = await queries.passkey.findFirst({ where: { id, userId: user.id } });
      if (current === undefined || passkey === null) throw new Failure('NOT_FOUND');
      await queries.passkey.delete({ where: { id } });
      const opensByMail = config.emailLogin && outbox.isOn;
      if (!opensByMail && !(await hasWayIn(queries, current, providers.keys()))) throw new Failure('LAST_LOGIN_METHOD');
      await dropUselessRecoveryCodes(queries, user.id);
      const actor = userActor(user.id, requester);
      const eventId = note({ event: 'passkey.removed', userId: user.id, sessionId: row.id, actor, detail: id });
      await ownerNotices.tell(queries, { kind: 'passkey-removed', user, eventId, requester, facts: { passkey: passkey.name } });
      return { user: toUser(user) };
    });
