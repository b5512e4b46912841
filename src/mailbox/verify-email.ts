import type { z } from 'zod';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { Database, MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { factsOf } from '../mail/facts';
import type { Verdict } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { AskDependencies, AskForCode, CodeSent } from './ask-for-code';
import { type JudgeProof, requireCaller } from './code-proof';
import type { mailCodeInput, resendInput } from './mailbox.inputs';

/** The address of an account is proved by a mail to it. */
export interface EmailVerification {
  /**
   * To the caller's own address, or for the attempt of a log-in that was refused with EMAIL_NOT_VERIFIED. Of an address that is proved
   * nothing is sent, and the answer is the same. @throws {Failure} BAD_USER_INPUT, INVALID_CODE, UNAUTHENTICATED, FEATURE_DISABLED,
   * RATE_LIMITED, UNAVAILABLE
   */
  readonly requestEmailVerification: (
    input: z.output<typeof resendInput>,
    verdict: Verdict,
    requester: Requester,
  ) => Promise<Answer<CodeSent>>;
  /**
   * No session is needed: people open mails on another device. Nothing but the proof changes.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
   */
  readonly verifyEmail: (
    input: z.output<typeof mailCodeInput>,
    verdict: Verdict,
    requester: Requester,
  ) => Promise<Answer<{ readonly verified: boolean }>>;
}

export interface VerificationDependencies extends AskDependencies {
  readonly database: Database;
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
}

export function createEmailVerification(dependencies: VerificationDependencies): EmailVerification {
  const { database, audit, ask, judge, mailTokens, clock } = dependencies;

  /** Whose address is meant: the caller's, or that of whoever was given the attempt. */
  const wanted = async (attempt: string | null | undefined, verdict: Verdict): Promise<{ user: UserRow; earlier: string | null }> => {
    if (attempt == null) {
      const { user } = requireCaller(verdict);
      const row = await mailTokens.findOf(user.id, 'VERIFY', user.emailKey);
      return { user, earlier: row === null ? null : mailTokens.attemptOf({ id: row.id, purpose: 'VERIFY' }) };
    }
    const id = mailTokens.readAttempt(attempt, 'VERIFY');
    const row = id === null ? null : await mailTokens.find(id, 'VERIFY');
    if (row === null) throw new Failure('INVALID_CODE');
    return { user: await requireOwner(row), earlier: attempt };
  };

  const requireOwner = async ({ userId }: MailTokenRow): Promise<UserRow> => {
    const user = userId === null ? null : await database.client.user.findUnique({ where: { id: userId } });
    if (user === null || user.disabledAt !== null) throw new Failure('INVALID_CODE');
    return user;
  };

  return {
    requestEmailVerification: async ({ attempt }, verdict, requester) => {
      const { user, earlier } = await wanted(attempt, verdict);
      const { email, emailKey, emailVerifiedAt } = user;
      const effects = await ask.admit(emailKey, requester);
      const isProved = emailVerifiedAt !== null;
      return withEffects(effects, () =>
        ask.send({
          token: { purpose: 'VERIFY', user: isProved ? null : user, email, emailKey },
          mail: {
            kind: 'verify-code',
            recipient: isProved ? null : email,
            tokenId: 'own',
            facts: factsOf(user, requester, new Date(clock.now())),
            wishes: [user.locale, requester.acceptLanguage],
          },
          attempt: earlier,
        }),
      );
    },

    verifyEmail: async (proof, verdict, requester) => {
      const { value: token, effects } = await judge({ purpose: 'VERIFY', proof, requester, verdict });
      return withEffects(effects, async () => {
        await audit.change(async (queries, note) => {
          await mailTokens.useUp(queries, token);
          const { id } = await markVerified(queries, token, new Date(clock.now()));
          await mailTokens.drop(queries, id, ['VERIFY']);
          note({ event: 'email.verified', userId: id, actor: userActor(id, requester) });
          await database.notices.publish(queries, 'user', [id]);
        });
        return { verified: true };
      });
    },
  };
}

/** Only while it is still the account's address. Proved before, the first moment stays. @throws {Failure} INVALID_CODE */
async function markVerified(queries: Queries, { userId, emailKey }: MailTokenRow, now: Date): Promise<UserRow> {
  const where = { id: userId ?? '', emailKey, disabledAt: null };
  await queries.user.updateMany({ where: { ...where, emailVerifiedAt: null }, data: { emailVerifiedAt: now, updatedAt: now } });
  const user = await queries.user.findFirst({ where });
  if (user === null) throw new Failure('INVALID_CODE');
  return user;
}
