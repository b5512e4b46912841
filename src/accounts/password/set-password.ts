import type { z } from 'zod';
import { userActor } from '../../actor';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import { Failure } from '../../errors';
import type { OwnerNotices } from '../../mail/owner-notices';
import type { PasswordHasher } from '../../passwords/password.hasher';
import type { PasswordPolicy } from '../../passwords/password.policy';
import type { FreshSession } from '../../proofs/proofs';
import type { Requester } from '../../requester';
import type { SessionsService } from '../../sessions/sessions.service';
import { toUser, type User } from '../../users/user';
import type { AccountsEvent } from '../accounts.events';
import type { setPasswordInput } from '../accounts.inputs';

/**
 * Gives an account its first password: of somebody who came from another provider, or with a passkey. As after a change every other session
 * ends, and no device of the user is known until its next login. Of two at once one is set.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, FORBIDDEN (there is a password: `changePassword` asks for it), UNAUTHENTICATED (ended
 * meanwhile), UNAVAILABLE
 */
export type SetPassword = (
  session: FreshSession,
  input: z.output<typeof setPasswordInput>,
  requester: Requester,
) => Promise<{ readonly user: User }>;

interface Dependencies {
  readonly audit: AuditService<AccountsEvent>;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

export const createSetPassword =
  ({ audit, sessions, hasher, policy, ownerNotices, clock }: Dependencies): SetPassword =>
  async (session, { newPassword }, requester) => {
    const { user } = session;
    if (user.passwordHash !== null) throw new Failure('FORBIDDEN');
    await policy.check(newPassword, user, 'newPassword');
    const passwordHash = await hasher.hash(newPassword, requester);
    return audit.change(async (queries, note) => {
      const { endedSessions } = await sessions.endOthers(queries, session);
      const [row] = await queries.user.updateManyAndReturn({
        where: { id: user.id, passwordHash: null, disabledAt: null },
        data: { passwordHash, passwordDistrustedAt: null, deviceEpoch: { increment: 1 }, updatedAt: new Date(clock.now()) },
      });
      if (row === undefined) throw new Failure('FORBIDDEN');
      const eventId = note({
        event: 'password.set',
        userId: user.id,
        sessionId: session.row.id,
        actor: userActor(user.id, requester),
        detail: `${endedSessions} other sessions ended`,
      });
      await ownerNotices.tell(queries, { kind: 'password-added', user: row, eventId, requester });
      return { user: toUser(row) };
    });
  };
