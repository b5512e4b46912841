import type { z } from 'zod';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { badInput } from '../errors';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Requester } from '../requester';
import type { AuthenticatedSession } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import type { AccountsEvent } from './accounts.events';
import type { updateProfileInput } from './accounts.inputs';
import type { Credentials } from './credentials';
import { profileChanges } from './profile.changes';
import type { TakenNames } from './taken-names';

/**
 * Where nothing changes, nothing is written, counted or told to the audit.
 * @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, USERNAME_TAKEN, EMAIL_TAKEN, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
 */
export type UpdateProfile = (
  session: AuthenticatedSession,
  changes: z.output<typeof updateProfileInput>,
  requester: Requester,
  loader: UserLoader,
) => Promise<{ readonly user: User } | Answer<{ readonly user: User }>>;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<AccountsEvent>;
  readonly sessions: SessionsService;
  readonly credentials: Credentials;
  readonly names: TakenNames;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly clock: Clock;
}

export const createUpdateProfile =
  ({ database, audit, sessions, credentials, names, ledger, limits, clock }: Dependencies): UpdateProfile =>
  async (session, { currentPassword, ...wanted }, requester, loader) => {
    const { columns, keys, changesAddress, fields } = profileChanges(session.user, wanted);
    if (changesAddress) {
      if (currentPassword == null) throw badInput({ path: 'currentPassword', message: 'is required to change the address' });
      await credentials.verifyOwn(session.user, currentPassword, requester, { event: 'email.changed', sessionId: session.row.id });
    }
    if (Object.keys(columns).length === 0) return { user: toUser(session.user) };
    const userId = session.user.id;
    const effects = await ledger.take([{ limit: limits.profile, subject: userId, account: { userId } }], requester); // also where the name is taken: that tells
    return withEffects(effects, async () => {
      const event = { userId, sessionId: session.row.id, actor: userActor(userId, requester) };
      const row = await names.writing(keys, userId, () =>
        audit.change(async (queries, note) => {
          if (changesAddress) note({ event: 'email.changed', ...event });
          if (fields.length > 0) note({ event: 'profile.changed', ...event, detail: fields.join(' ') });
          const data = { ...columns, updatedAt: new Date(clock.now()) };
          const written = await queries.user.update({ where: { id: userId }, data });
          await sessions.requireUnended(queries, session.row, written);
          await database.notices.publish(queries, 'user', [written.id]);
          return written;
        }),
      );
      const user = toUser(row);
      loader.prime(user); // the rest of the request sees the new profile
      return { user };
    });
  };
