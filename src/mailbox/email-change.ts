import type { z } from 'zod';
import { userActor } from '../actor';
import { beginEmailChange, postChangeCode } from '../addresses/begin-email-change';
import { isReserved, reserveEmail } from '../addresses/reserved-emails';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import { type Database, isUniqueViolation, type MailTokenRow, type Queries, type UserRow } from '../database/database';
import { badInput, Failure } from '../errors';
import { factsOf } from '../mail/facts';
import { normalKey } from '../names/normal-key';
import type { AuthenticatedSession, FreshSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import type { AskDependencies, AskForCode, CodeSent } from './ask-for-code';
import type { JudgeProof } from './code-proof';
import type { mailCodeInput, requestEmailChangeInput } from './mailbox.inputs';

/** A new address, which counts once its mailbox was shown: the old one works until then, and can take it back for seven days. */
export interface EmailChange {
  /**
   * The same answer whether or not the address is somebody's: its owner is told. An earlier request is dropped.
   * @throws {Failure} BAD_USER_INPUT (the caller's own address), FEATURE_DISABLED, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
   */
  readonly requestEmailChange: (
    session: FreshSession,
    input: z.output<typeof requestEmailChangeInput>,
    requester: Requester,
  ) => Promise<Answer<CodeSent>>;
  /**
   * In a session of the account alone: a link that is opened elsewhere changes nothing. Both mailboxes are told.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, EMAIL_TAKEN (the request is dropped), UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
   */
  readonly confirmEmailChange: (
    session: AuthenticatedSession,
    input: z.output<typeof mailCodeInput>,
    request: Request,
  ) => Promise<Answer<UserAnswer>>;
  /** Where nothing waits, nothing happens. @throws {Failure} UNAVAILABLE */
  readonly cancelEmailChange: (session: AuthenticatedSession, requester: Requester) => Promise<UserAnswer>;
}

interface UserAnswer {
  readonly user: User;
}

interface Request {
  readonly requester: Requester;
  readonly loader: UserLoader;
}

export interface ChangeDependencies extends AskDependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
  readonly sessions: SessionsService;
}

export function createEmailChange(dependencies: ChangeDependencies): EmailChange {
  const { audit, mailTokens } = dependencies;
  return {
    requestEmailChange: createRequestEmailChange(dependencies),
    confirmEmailChange: createConfirmEmailChange(dependencies),
    cancelEmailChange: async ({ user, row }, requester) => {
      const pending = await mailTokens.findOf(user.id, 'CHANGE');
      if (pending !== null)
        await audit.change(async (queries, note) => {
          await mailTokens.drop(queries, user.id, ['CHANGE']);
          note({ event: 'email.change_cancelled', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
        });
      return { user: toUser(user) };
    },
  };
}

function createRequestEmailChange(dependencies: ChangeDependencies): EmailChange['requestEmailChange'] {
  const { audit, ask, mailTokens, sessions } = dependencies;
  return async (session, { newEmail, attempt }, requester) => {
    const { user, row } = session;
    const emailKey = normalKey(newEmail);
    if (emailKey === user.emailKey) throw badInput({ path: 'newEmail', message: 'must be another address than the current one' });
    const effects = await ask.admit(emailKey, requester);
    return withEffects(effects, async () => {
      const id = attempt == null ? null : mailTokens.readAttempt(attempt, 'CHANGE');
      const again = await mailTokens.findAgain({ purpose: 'CHANGE', user, email: newEmail, emailKey }, id);
      const token = await audit.change(async (queries, note) => {
        const wanted = { user, sessionId: row.id, newEmail, requester };
        const renewed = again && (await mailTokens.renew(queries, again));
        if (renewed) await postChangeCode(queries, renewed, { ...wanted, tellsOwner: false }, dependencies);
        const sent = renewed ?? (await beginEmailChange(queries, note, wanted, dependencies));
        await sessions.requireUnended(queries, row, user);
        return sent;
      });
      return ask.answer(token);
    });
  };
}

function createConfirmEmailChange(dependencies: ChangeDependencies): EmailChange['confirmEmailChange'] {
  const { database, judge, mailTokens } = dependencies;
  const change = createChange(dependencies);
  return async (session, proof, { requester, loader }) => {
    const { user } = session;
    const pending = await mailTokens.findOf(user.id, 'CHANGE');
    const verdict = { accepted: true, session } as const;
    const { value: token, effects } = await judge({
      purpose: 'CHANGE',
      proof,
      requester,
      verdict,
      emailKey: pending?.emailKey ?? user.emailKey,
    });
    return withEffects(effects, async () => {
      if (token.userId !== user.id) throw new Failure('INVALID_CODE');
      try {
        const written = await change(session, token, requester);
        const answer = toUser(written);
        loader.prime(answer);
        return { user: answer };
      } catch (error) {
        const isTaken = isUniqueViolation(error) || (error instanceof Failure && error.code === 'EMAIL_TAKEN');
        if (!isTaken) throw error;
        await database.client.mailToken.deleteMany({ where: { id: token.id } }); // it has shown whose the address is, and leads nowhere
        throw new Failure('EMAIL_TAKEN');
      }
    });
  };
}

/** The address is the new one, and both mailboxes are told: in one transaction. */
const createChange =
  ({ database, audit, mailTokens, outbox, ownerNotices, sessions, clock }: ChangeDependencies) =>
  ({ user, row }: AuthenticatedSession, token: MailTokenRow, requester: Requester): Promise<UserRow> =>
    audit.change(async (queries, note) => {
      await mailTokens.useUp(queries, token);
      if (await isReserved(queries, token.emailKey, user.id, clock)) throw new Failure('EMAIL_TAKEN');
      const changed = await writeEmail(queries, token, new Date(clock.now()));
      await reserveEmail(queries, user, token.emailKey, clock);
      const eventId = note({ event: 'email.changed', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
      await sessions.requireUnended(queries, row, changed);
      await database.notices.publish(queries, 'user', [user.id]);
      const both = { oldEmail: user.email, newEmail: changed.email };
      await ownerNotices.tell(queries, { kind: 'email-changed', user, eventId, requester, facts: both });
      const facts = { ...factsOf(changed, requester, new Date(clock.now())), ...both };
      await outbox.post(queries, {
        kind: 'email-changed',
        recipient: changed.email,
        facts,
        wishes: [user.locale, requester.acceptLanguage],
      });
      return changed;
    });

/** @throws {Failure} INVALID_CODE when the account is another one than when it was asked for; and the violation of the unique index */
async function writeEmail(queries: Queries, { userId, generation, email, emailKey }: MailTokenRow, now: Date): Promise<UserRow> {
  const [changed] = await queries.user.updateManyAndReturn({
    where: { id: userId ?? '', generation, disabledAt: null, deletesAt: null },
    data: { email, emailKey, emailVerifiedAt: now, updatedAt: now },
  });
  if (changed === undefined) throw new Failure('INVALID_CODE');
  return changed;
}
