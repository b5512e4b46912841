import { type Answer, withEffects } from '../answer';
import type { Clock } from '../clock';
import type { MailTokenRow } from '../database/database';
import { Failure } from '../errors';
import { factsOf } from '../mail/facts';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { AskForCode, CodeSent } from '../mailbox/ask-for-code';
import type { JudgeProof } from '../mailbox/code-proof';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';

/** A code by mail, for whoever has nothing stronger: it counts for the session that asked, and for no other. */
export interface MailCode {
  readonly send: (session: AuthenticatedSession, requester: Requester) => Promise<Answer<CodeSent>>;
  /** The row of a right code: to be used up. @throws {Failure} INVALID_CODE, RATE_LIMITED, UNAVAILABLE */
  readonly judge: (session: AuthenticatedSession, proof: CodeOfSession, requester: Requester) => Promise<Answer<MailTokenRow>>;
}

interface CodeOfSession {
  readonly attempt?: string | null | undefined;
  readonly code: string;
}

interface Dependencies {
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
  readonly mailTokens: MailTokens;
  readonly clock: Clock;
}

export function createMailCode({ ask, judge, mailTokens, clock }: Dependencies): MailCode {
  const isOf = (token: MailTokenRow, { row, user }: AuthenticatedSession): boolean =>
    token.userId === user.id && token.sessionId === row.id && token.generation === user.generation;

  return {
    send: async (session, requester) => {
      const { user, row } = session;
      const { email, emailKey, locale } = user;
      const effects = await ask.admit(emailKey, requester);
      return withEffects(effects, async () => {
        const earlier = await mailTokens.findOf(user.id, 'REAUTHENTICATE', emailKey);
        const facts = factsOf(user, requester, new Date(clock.now()));
        return ask.send({
          token: { purpose: 'REAUTHENTICATE', user, email, emailKey, sessionId: row.id },
          mail: { kind: 'reauthentication-code', recipient: email, tokenId: 'own', facts, wishes: [locale, requester.acceptLanguage] },
          attempt: earlier && mailTokens.attemptOf({ id: earlier.id, purpose: 'REAUTHENTICATE' }),
        });
      });
    },

    judge: async (session, proof, requester) => {
      const verdict = { accepted: true, session } as const;
      const { value: token, effects } = await judge({ purpose: 'REAUTHENTICATE', proof, requester, verdict });
      return withEffects(effects, async () => {
        if (!isOf(token, session)) throw new Failure('INVALID_CODE');
        return token;
      });
    },
  };
}
