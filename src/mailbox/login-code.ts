import type { z } from 'zod';
import { takeOverByFirstProof } from '../addresses/first-proof';
import type { Admission } from '../admission/admission';
import { type Answer, withEffects } from '../answer';
import type { Config } from '../config';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import { factsOf } from '../mail/facts';
import { normalKey } from '../names/normal-key';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import { isGone, requireSameAccount } from '../users/account-state';
import { type AskDependencies, type AskForCode, type CodeSent } from './ask-for-code';
import { accountOf, type JudgeProof } from './code-proof';
import type { loginWithCodeInput, RequestCode } from './mailbox.inputs';

/**
 * Logging in by a code that is mailed (AUTH_EMAIL_LOGIN): one factor, and never a second one (NIST SP 800-63B-4 §3.1.3.1, ASVS 5.0 6.3.6).
 */
export interface LoginCode {
  /**
   * The same answer and the same work for every address. No account is made.
   * @throws {Failure} BAD_USER_INPUT, FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE
   */
  readonly requestLoginCode: (input: RequestCode, requester: Requester) => Promise<Answer<CodeSent>>;
  /**
   * Proves the address as well: of one that was not proved, the password and every session are gone.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, what {@link Admission} throws, FEATURE_DISABLED, FORBIDDEN, RATE_LIMITED, UNAVAILABLE
   */
  readonly loginWithCode: (input: z.output<typeof loginWithCodeInput>, requester: Requester) => Promise<Answer<SignedIn>>;
}

export interface LoginCodeDependencies extends AskDependencies {
  readonly database: Database;
  readonly config: Pick<Config, 'emailLogin'>;
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
  readonly admission: Admission;
  readonly sessions: SessionsService;
}

export function createLoginCode(dependencies: LoginCodeDependencies): LoginCode {
  const { database, config, ask, judge, admission, mailTokens, outbox, clock } = dependencies;
  const requireOn = (): void => {
    if (!config.emailLogin || !outbox.isOn) throw new Failure('FEATURE_DISABLED');
  };

  return {
    requestLoginCode: async ({ email, attempt, locale }, requester) => {
      requireOn();
      const emailKey = normalKey(email);
      const effects = await ask.admit(emailKey, requester);
      return withEffects(effects, async () => {
        const found = await database.findUser('emailKey', emailKey);
        const user = found === null || found.disabledAt !== null || isGone(found, clock) ? null : found;
        return ask.send({
          token: { purpose: 'LOGIN', user, email: user?.email ?? email, emailKey },
          mail: {
            kind: 'login-code',
            recipient: user?.email ?? null,
            tokenId: 'own',
            facts: factsOf(user, requester, new Date(clock.now())),
            wishes: [user?.locale, locale, requester.acceptLanguage],
          },
          attempt,
        });
      });
    },

    loginWithCode: async ({ delivery, attempt, code }, requester) => {
      requireOn();
      requireDeliverable(delivery, requester);
      const { value: token, effects } = await judge({ purpose: 'LOGIN', proof: { attempt, code }, requester });
      return withEffects(effects, async () => {
        const user = await accountOf(token, dependencies);
        if (user.emailKey !== token.emailKey) throw new Failure('INVALID_CODE');
        const proved = { ...user, emailVerifiedAt: user.emailVerifiedAt ?? new Date(clock.now()) };
        return admission.admit(proved, {
          methods: ['mail'],
          requester,
          delivery,
          change: async (queries, note) => {
            await mailTokens.useUp(queries, token);
            const current = await requireSameAccount(queries, { id: user.id, generation: token.generation, emailKey: token.emailKey });
            return current.emailVerifiedAt === null
              ? takeOverByFirstProof(queries, note, { user: current, requester }, dependencies)
              : current;
          },
        });
      });
    },
  };
}
