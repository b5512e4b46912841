import type { z } from 'zod';
import type { Credentials } from '../accounts/credentials';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { LoginMethod } from '../errors';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { CodeSent } from '../mailbox/ask-for-code';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { SecondFactorCheck, SecondFactorProof, ShownFactor } from '../second-factors/second-factor-check';
import type { SecondFactorsEvent } from '../second-factors/second-factors.events';
import type { Freshness } from '../sessions/fresh';
import { type Session, toSession } from '../sessions/session';
import type { SessionsSettings } from '../sessions/sessions.settings';
import type { MailCode } from './mail-code';
import type { ReauthenticationEvent } from './reauthentication.events';
import type { reauthenticateInput } from './reauthentication.inputs';

/** Proving once more who is there. */
export interface ReauthenticationService {
  /**
   * The session is fresh from then on, and nothing else changes: it is the same session, with the same tokens, and no other one of the user
   * is fresh by it. A wrong password counts as one of `changePassword`.
   * @throws {Failure} INVALID_CREDENTIALS, INVALID_CODE, REAUTHENTICATION_REQUIRED (that proof is not what this user has to show),
   * UNAUTHENTICATED (ended meanwhile), RATE_LIMITED, UNAVAILABLE
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
  readonly audit: AuditService<ReauthenticationEvent | SecondFactorsEvent>;
  readonly credentials: Credentials;
  readonly freshness: Freshness;
  readonly mailCode: MailCode;
  readonly mailTokens: MailTokens;
  readonly secondFactors: SecondFactorCheck;
  readonly config: Pick<SessionsSettings, 'freshSeconds'>;
}

export function createReauthenticationService(dependencies: Dependencies): ReauthenticationService {
  const { credentials, freshness, mailCode, mailTokens, secondFactors } = dependencies;

  const renew = createRenew(dependencies);

  const by: {
    readonly [Method in Exclude<LoginMethod, 'PROVIDER'>]: (
      session: AuthenticatedSession,
      proof: Proof,
      requester: Requester,
    ) => Promise<Answer<Renewed>>;
  } = {
    PASSWORD: async (session, { password }, requester) => {
      const asking = { event: 'session.reauthenticated', sessionId: session.row.id } as const;
      const { effects } = await credentials.verifyOwn(session.user, password ?? '', requester, asking);
      return withEffects(effects, () => renew(session, requester, { detail: 'by password', method: 'PASSWORD' }));
    },
    EMAIL_CODE: (session, proof, requester) => byCode(session, proof, requester),
    PASSKEY: (session, { passkey }, requester) => bySecondFactor(session, { passkey }, requester),
    TOTP: (session, { totp }, requester) => bySecondFactor(session, { totp }, requester),
    RECOVERY_CODE: (session, { recoveryCode }, requester) => bySecondFactor(session, { recoveryCode }, requester),
  };

  const byCode = async (session: AuthenticatedSession, { attempt, code }: Proof, requester: Requester): Promise<Answer<Renewed>> => {
    const { value: token, effects } = await mailCode.judge(session, { attempt, code: code ?? '' }, requester);
    return withEffects(effects, () =>
      renew(session, requester, { detail: 'by a code', useUp: (queries) => mailTokens.useUp(queries, token), method: 'EMAIL_CODE' }),
    );
  };

  const bySecondFactor = (session: AuthenticatedSession, proof: SecondFactorProof, requester: Requester): Promise<Answer<Renewed>> =>
    secondFactors.withProof(session.user, proof, { requester, sessionId: session.row.id }, ({ useUp }) =>
      renew(session, requester, { detail: 'by second factor', useUp }),
    );

  return {
    requestReauthentication: async (session, requester) => {
      if (!(await freshness.methodsOf(session.user)).includes('EMAIL_CODE')) throw await freshness.refusal(session.user);
      return mailCode.send(session, requester);
    },

    reauthenticate: async (session, proof, requester) => {
      const method = methodOf(proof);
      if (!(await freshness.methodsOf(session.user)).includes(method)) throw await freshness.refusal(session.user);
      return by[method](session, proof, requester);
    },
  };
}

/** By whatever was shown: `useUp` is done in the transaction that makes the session fresh. */
const createRenew =
  ({ audit, freshness, config }: Dependencies) =>
  async (
    session: AuthenticatedSession,
    requester: Requester,
    { detail, useUp, method }: { readonly detail: string; readonly useUp?: ShownFactor['useUp']; readonly method?: LoginMethod },
  ) => {
    const { row, user } = session;
    const renewed = await audit.change(async (queries, note) => {
      await useUp?.(queries, note);
      // A second factor may have been added while the proof was judged: what was enough before is not any more.
      if (method !== undefined && !(await freshness.methodsOf(user, queries)).includes(method))
        throw await freshness.refusal(user, queries);
      note({ event: 'session.reauthenticated', sessionId: row.id, userId: user.id, actor: userActor(user.id, requester), detail });
      return freshness.renew(queries, session);
    });
    return { session: toSession(renewed, row.id, config) };
  };

type Proof = z.output<typeof reauthenticateInput>;
type Renewed = { readonly session: Session };

const methodOf = ({ password, totp, recoveryCode, passkey }: Proof): Exclude<LoginMethod, 'PROVIDER'> => {
  if (password != null) return 'PASSWORD';
  if (passkey != null) return 'PASSKEY';
  if (totp != null) return 'TOTP';
  return recoveryCode != null ? 'RECOVERY_CODE' : 'EMAIL_CODE';
};
