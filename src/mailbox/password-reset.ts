import type { z } from 'zod';
import { anonymous, userActor } from '../actor';
import { dropFactors } from '../addresses/first-proof';
import { type Answer, withEffects } from '../answer';
import type { Clock } from '../clock';
import type { Database, MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { factsOf } from '../mail/facts';
import { normalKey } from '../names/normal-key';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Requester } from '../requester';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { isGone } from '../users/account-state';
import { type AskDependencies, type AskForCode, type CodeMail, type CodeSent } from './ask-for-code';
import { accountOf, type JudgeProof } from './code-proof';
import type { RequestCode, resetPasswordInput } from './mailbox.inputs';

/** A lost password: a new one for whoever shows the mailbox. */
export interface PasswordReset {
  /**
   * The same answer and the same work for every address (ASVS 5.0 6.3.8).
   * @throws {Failure} BAD_USER_INPUT, FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE
   */
  readonly requestPasswordReset: (input: RequestCode, requester: Requester) => Promise<Answer<CodeSent>>;
  /**
   * Every session ends, and every known device is unknown again. An account that is to be deleted stays so: logging in with the new password
   * offers to take that back. It logs nobody in, and an authenticator app stays (ASVS 5.0 6.4.3). The proof
   * of an unproved address takes away what else opens the account by itself.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, WEAK_PASSWORD (the code or link is still good), RATE_LIMITED, UNAVAILABLE
   */
  readonly resetPassword: (input: z.output<typeof resetPasswordInput>, requester: Requester) => Promise<Answer<EndedSessions>>;
}

export interface ResetDependencies extends AskDependencies {
  readonly database: Database;
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
}

export const createPasswordReset = (dependencies: ResetDependencies): PasswordReset => ({
  requestPasswordReset: createRequestPasswordReset(dependencies),
  resetPassword: createResetPassword(dependencies),
});

function createRequestPasswordReset({ database, ask, mailTokens, clock }: ResetDependencies): PasswordReset['requestPasswordReset'] {
  return async ({ email, attempt, locale }, requester) => {
    const emailKey = normalKey(email);
    const effects = await ask.admit(emailKey, requester);
    return withEffects(effects, async () => {
      const user = await database.findUser('emailKey', emailKey);
      const restore = await mailTokens.findOf(user?.id ?? 'nobody', 'RESTORE'); // asked for everybody alike
      const mail = mailTo(user, restore?.id ?? null, clock);
      const isReal = mail.kind === 'reset-code' && user !== null && mail.recipient !== null;
      const deletesAt = user?.deletesAt?.toISOString();
      return ask.send({
        token: { purpose: 'RESET', user: isReal ? user : null, email: user?.email ?? email, emailKey },
        mail: {
          ...mail,
          facts: { ...factsOf(user, requester, new Date(clock.now())), ...(deletesAt !== undefined && { deletesAt }) },
          wishes: [user?.locale, locale, requester.acceptLanguage],
        },
        attempt,
        note: (note) =>
          note({
            event: 'password.reset_requested',
            ...(user === null ? { tried: emailKey } : { userId: user.id }),
            actor: anonymous(requester),
          }),
      });
    });
  };
}

/** What the owner of the address reads, if it has one. */
function mailTo(user: UserRow | null, restoreId: string | null, clock: Clock): Pick<CodeMail, 'kind' | 'recipient' | 'tokenId'> {
  if (user === null || isGone(user, clock)) return { kind: 'reset-code', recipient: null, tokenId: 'own' };
  if (user.disabledAt !== null) return { kind: 'reset-disabled', recipient: user.email, tokenId: null };
  if (user.deletesAt !== null) return { kind: 'reset-scheduled', recipient: user.email, tokenId: restoreId };
  return { kind: 'reset-code', recipient: user.email, tokenId: 'own' };
}

function createResetPassword(dependencies: ResetDependencies): PasswordReset['resetPassword'] {
  const { audit, judge, hasher, policy, mailTokens, ownerNotices, sessions, clock } = dependencies;
  return async ({ newPassword, ...proof }, requester) => {
    hasher.requireRoom(requester);
    const { value: token, effects } = await judge({ purpose: 'RESET', proof, requester });
    return withEffects(effects, async () => {
      const user = await accountOf(token, dependencies);
      if (isGone(user, clock)) throw new Failure('INVALID_CODE');
      await policy.check(newPassword, user, 'newPassword');
      const passwordHash = await hasher.hash(newPassword, requester);
      return audit.change(async (queries, note) => {
        await mailTokens.useUp(queries, token);
        const written = await writePassword(queries, token, user, passwordHash, new Date(clock.now()));
        if (user.emailVerifiedAt === null) await dropFactors(queries, user.id);
        const ended = await sessions.endAll(queries, user.id);
        await mailTokens.drop(queries, user.id, ['RESET', 'LOGIN', 'CHANGE', 'REAUTHENTICATE', 'VERIFY']);
        if (user.emailVerifiedAt === null)
          note({ event: 'email.verified', userId: user.id, actor: userActor(user.id, requester), detail: 'first proof' });
        const detail = `${ended.endedSessions} sessions ended`;
        const eventId = note({ event: 'password.reset', userId: user.id, actor: userActor(user.id, requester), detail });
        await ownerNotices.tell(queries, { kind: 'password-reset', user: written, eventId, requester });
        return ended;
      });
    });
  };
}

/**
 * Over the account that asked, as it was then. @throws {Failure} INVALID_CODE when something else was faster, a change of the password
 * above all
 */
async function writePassword(
  queries: Queries,
  { emailKey, generation }: MailTokenRow,
  { id, emailVerifiedAt }: UserRow,
  passwordHash: string,
  now: Date,
): Promise<UserRow> {
  const [written] = await queries.user.updateManyAndReturn({
    where: { id, generation, emailKey, disabledAt: null },
    data: {
      passwordHash,
      passwordDistrustedAt: null,
      deviceEpoch: { increment: 1 },
      emailVerifiedAt: emailVerifiedAt ?? now,
      updatedAt: now,
    },
  });
  if (written === undefined) throw new Failure('INVALID_CODE');
  return written;
}
