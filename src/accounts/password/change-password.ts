import type { z } from 'zod';
import { userActor } from '../../actor';
import { type Answer, withEffects } from '../../answer';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import { Failure } from '../../errors';
import type { OwnerNotices } from '../../mail/owner-notices';
import type { PasswordHasher } from '../../passwords/password.hasher';
import type { PasswordPolicy } from '../../passwords/password.policy';
import type { AuthenticatedSession } from '../../proofs/proofs';
import type { Requester } from '../../requester';
import type { SessionsService } from '../../sessions/sessions.service';
import { toUser, type User } from '../../users/user';
import type { AccountsEvent } from '../accounts.events';
import type { changePasswordInput } from '../accounts.inputs';
import type { Credentials } from '../credentials';

/**
 * Every other session of the user ends, and no device of the user is known until its next login. Of two changes at once one is made; the
 * other is refused, because the password that it names is not the current one any more.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, INVALID_CREDENTIALS, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
 */
export type ChangePassword = (
  session: AuthenticatedSession,
  passwords: z.output<typeof changePasswordInput>,
  requester: Requester,
) => Promise<Answer<{ readonly user: User; readonly endedSessions: number }>>;

interface Dependencies {
  readonly audit: AuditService<AccountsEvent>;
  readonly sessions: SessionsService;
  readonly credentials: Credentials;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

export const createChangePassword =
  ({ audit, sessions, credentials, hasher, policy, ownerNotices, clock }: Dependencies): ChangePassword =>
  async (session, { currentPassword, newPassword }, requester) => {
    await policy.check(newPassword, session.user, 'newPassword');
    if (currentPassword.normalize('NFKC') === newPassword.normalize('NFKC'))
      throw new Failure('WEAK_PASSWORD', { issues: [{ path: 'newPassword', message: 'must not be the current password' }] });
    const asking = { event: 'password.changed', sessionId: session.row.id } as const;
    const { value: user, effects } = await credentials.verifyOwn(session.user, currentPassword, requester, asking);
    return withEffects(effects, async () => {
      const passwordHash = await hasher.hash(newPassword, requester);
      return audit.change(async (queries, note) => {
        const { endedSessions } = await sessions.endOthers(queries, session);
        // Only over the hash that was verified: of two changes at once, the second has not named the current password.
        const [row] = await queries.user.updateManyAndReturn({
          where: { id: user.id, passwordHash: user.passwordHash, disabledAt: null },
          // Who knew the old password is a stranger from now on, also where a device token of then is kept.
          data: { passwordHash, passwordDistrustedAt: null, deviceEpoch: { increment: 1 }, updatedAt: new Date(clock.now()) },
        });
        if (row === undefined) throw new Failure('INVALID_CREDENTIALS');
        const eventId = note({
          ...asking,
          userId: user.id,
          actor: userActor(user.id, requester),
          detail: `${endedSessions} other sessions ended`,
        });
        await ownerNotices.tell(queries, { kind: 'password-changed', user: row, eventId, requester });
        return { user: toUser(row), endedSessions };
      });
    });
  };
