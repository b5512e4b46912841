import type { z } from 'zod';
import { userActor } from '../actor';
import { beginEmailChange } from '../addresses/begin-email-change';
import { emailVerificationOf } from '../addresses/email-verification';
import { reserveEmail } from '../addresses/reserved-emails';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database, UserRow } from '../database/database';
import type { Effects } from '../effects';
import { badInput } from '../errors';
import { mailAttempts } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { normalKey } from '../names/normal-key';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import type { updateProfileInput } from './accounts.inputs';
import type { Credentials } from './credentials';
import { type ProfileChanges, profileChanges, withoutAddress } from './profile.changes';
import type { TakenNames } from './taken-names';

/**
 * Where addresses are proved (AUTH_EMAIL_VERIFICATION), a new one is asked for as by `requestEmailChange`, with the password as the proof:
 * the old one stays until then. Where nothing changes, nothing is written, counted or told to the audit.
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
  readonly audit: AuditService;
  readonly sessions: SessionsService;
  readonly credentials: Credentials;
  readonly names: TakenNames;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
  readonly config: Config;
}

export function createUpdateProfile(dependencies: Dependencies): UpdateProfile {
  const { names, ledger, limits, config } = dependencies;
  const requireProof = createRequireProof(dependencies);
  const write = createWrite(dependencies);
  const isProved = emailVerificationOf(config) !== 'off';

  return async (session, { currentPassword, ...wanted }, requester, loader) => {
    const changes = profileChanges(session.user, wanted);
    const { columns, changesAddress } = changes;
    if (Object.keys(columns).length === 0) return { user: toUser(session.user) };
    const userId = session.user.id;
    const newEmail = changesAddress && isProved ? wanted.email : undefined;
    const attempts = [
      { limit: limits.profile, subject: userId, account: { userId } },
      ...(newEmail === undefined ? [] : mailAttempts(normalKey(newEmail), requester, limits)),
    ];
    const change = async (): Promise<{ readonly user: User }> => {
      const changed = newEmail === undefined ? changes : withoutAddress(changes);
      const row = await names.writing(changed.keys, userId, () => write(session, changed, newEmail, requester));
      const user = toUser(row);
      loader.prime(user); // the rest of the request sees the new profile
      return { user };
    };
    const effects = changesAddress ? await requireProof(session, currentPassword, requester) : {};
    // Counted also where the name is taken: that tells.
    return withEffects(effects, async () => withEffects(await ledger.take(attempts, requester), change));
  };
}

/** A new address opens the account: whoever asks for one shows the password, which is limited like guessing it at the door. */
const createRequireProof =
  ({ credentials }: Dependencies) =>
  async ({ user, row }: AuthenticatedSession, currentPassword: string | null | undefined, requester: Requester): Promise<Effects> => {
    if (currentPassword == null) throw badInput({ path: 'currentPassword', message: 'is required to change the address' });
    return (await credentials.verifyOwn(user, currentPassword, requester, { event: 'email.changed', sessionId: row.id })).effects;
  };

/** `newEmail`: waits until it is proved. Undefined: an address among the changes is written at once. */
const createWrite =
  ({ database, audit, sessions, ownerNotices, clock, ...mail }: Dependencies) =>
  (session: AuthenticatedSession, changes: ProfileChanges, newEmail: string | undefined, requester: Requester): Promise<UserRow> =>
    audit.change(async (queries, note) => {
      const { user, row } = session;
      const event = { userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) };
      const { columns, keys, changesAddress, fields } = changes;
      const eventId = changesAddress ? note({ event: 'email.changed', ...event }) : null;
      if (fields.length > 0) note({ event: 'profile.changed', ...event, detail: fields.join(' ') });
      const data = { ...columns, updatedAt: new Date(clock.now()) };
      const written = await queries.user.update({ where: { id: user.id }, data });
      await sessions.requireUnended(queries, row, written);
      await database.notices.publish(queries, 'user', [written.id]);
      const wanted = { user, sessionId: row.id, newEmail: newEmail ?? '', requester };
      if (newEmail !== undefined) await beginEmailChange(queries, note, wanted, { ...mail, ownerNotices, clock });
      if (eventId !== null && mail.outbox.isOn) {
        await reserveEmail(queries, user, keys.emailKey ?? '', clock);
        const facts = { oldEmail: user.email, newEmail: written.email };
        await ownerNotices.tell(queries, { kind: 'email-changed', user, eventId, requester, facts });
      }
      return written;
    });
