import type { z } from 'zod';
import type { Credentials } from '../accounts/credentials';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Queries } from '../database/database';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { CodeSent } from '../mailbox/ask-for-code';
import type { Requester } from '../requester';
import { type Freshness, proofMethodsOf } from '../sessions/fresh';
import { type Session, toSession } from '../sessions/session';
import type { AuthenticatedSession } from '../sessions/session.check';
import type { SessionsSettings } from '../sessions/sessions.settings';
import type { MailCode } from './mail-code';
import type { ReauthenticationEvent } from './reauthentication.events';
import type { reauthenticateInput } from './reauthentication.inputs';

/** Proving once more who is there. */
export interface ReauthenticationService {
  /**
   * The session is fresh from then on, and nothing else changes: it is the same session, with the same tokens, and no other one of the user is
   * fresh by it. A wrong password counts as one of `changePassword`.
   * @throws {Failure} INVALID_CREDENTIALS, INVALID_CODE, REAUTHENTICATION_REQUIRED (that proof is not what this user has to show), UNAUTHENTICATED
   * (ended meanwhile), RATE_LIMITED, UNAVAILABLE
   */
  readonly reauthenticate: (
    session: AuthenticatedSession,
    proof: z.output<typeof reauthenticateInput>,
    requester: Requester,
  ) => Promise<Answer<{ readonly session: Session }>>;
  /**
   * A code by mail, for whoever has nothing stronger to show. It counts for this session.
   * @throws {Failure} REAUTHENTICATION_REQUIRED (there is something stronger), FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE
   */
  readonly requestReauthentication: (session: AuthenticatedSession, requester: Requester) => Promise<Answer<CodeSent>>;
}

interface Dependencies {
  readonly audit: AuditService<ReauthenticationEvent>;
  readonly credentials: Credentials;
  readonly freshness: Freshness;
  readonly mailCode: MailCode;
  readonly mailTokens: MailTokens;
  readonly config: Pick<SessionsSettings, 'freshSeconds'>;
}

export function createReauthenticationService(dependencies: Dependencies): ReauthenticationService {
  const { audit, credentials, freshness, mailCode, mailTokens, config } = dependencies;

  /** By whatever was shown: `useUp` is done in the transaction that makes the session fresh. */
  const renew = async (
    session: AuthenticatedSession,
    requester: Requester,
    detail: string,
    useUp?: (queries: Queries) => Promise<void>,
  ) => {
    const { row, user } = session;
    const renewed = await audit.change(async (queries, note) => {
      await useUp?.(queries);
      note({ event: 'session.reauthenticated', sessionId: row.id, userId: user.id, actor: userActor(user.id, requester), detail });
      return freshness.renew(queries, session);
    });
    return { session: toSession(renewed, row.id, config) };
  };

  return {
    requestReauthentication: async (session, requester) => {
      if (!proofMethodsOf(session.user).includes('EMAIL_CODE')) throw freshness.refusal(session.user);
      return mailCode.send(session, requester);
    },

    reauthenticate: async (session, { password, attempt, code }, requester) => {
      const { row, user } = session;
      const methods = proofMethodsOf(user);
      if (!methods.includes(password == null ? 'EMAIL_CODE' : 'PASSWORD')) throw freshness.refusal(user);
      if (password == null) {
        const { value: token, effects } = await mailCode.judge(session, { attempt, code: code ?? '' }, requester);
        return withEffects(effects, () => renew(session, requester, 'by a code', (queries) => mailTokens.useUp(queries, token)));
      }
      const asking = { event: 'session.reauthenticated', sessionId: row.id } as const;
      const { effects } = await credentials.verifyOwn(user, password, requester, asking);
      return withEffects(effects, () => renew(session, requester, 'by password'));
    },
  };
}
