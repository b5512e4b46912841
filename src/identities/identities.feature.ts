import type { InsertUser } from '../accounts/new-user';
import type { Admission } from '../admission/admission';
import type { AdmissionService } from '../admission/admission.operations';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { Providers } from '../providers/provider';
import type { SessionsService } from '../sessions/sessions.service';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import { type IdentitiesService, identitiesOperations } from './identities.operations';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly sessions: SessionsService;
  readonly admission: Admission;
  readonly insertUser: InsertUser;
  readonly providers: Providers;
  readonly loginCompletion: AdmissionService;
  readonly passkeyCheck: PasskeyCheck;
};
type Gives = { readonly identities: IdentitiesService; readonly loginCompletion: AdmissionService };

/**
 * Logging in through other providers, and what of theirs opens an account. `loginCompletion` is replaced: what begins at a provider is gone on with
 * here, and every other log-in as before.
 */
export const identitiesFeature: Feature<Needs, Gives> = {
  name: 'identities',
  operations: identitiesOperations,
  serviceOf: ({ identities }) => identities,
  open: async (house) => {
    const { createCredentials } = await import('../accounts/credentials');
    const { createAskForCode } = await import('../mailbox/ask-for-code');
    const { createJudgeProof } = await import('../mailbox/code-proof');
    const { createAskForProof } = await import('./ask-for-proof');
    const { createCompleteLogin } = await import('./complete-login');
    const { createCompleteProviderLogin } = await import('./complete-provider-login');
    const { createNewAccount } = await import('./new-account');
    const { createOwnIdentities } = await import('./own-identities');
    const { createProveIdentity } = await import('./prove-identity');
    const { createStartProviderLogin } = await import('./start-provider-login');
    const dependencies = {
      ...house,
      prove: createProveIdentity(house),
      newAccount: createNewAccount(house),
      askForProof: createAskForProof({ ...house, ask: createAskForCode(house) }),
      credentials: createCredentials(house),
      judge: createJudgeProof(house),
      completeOther: house.loginCompletion.completeLogin,
      isProofNeeded: house.outbox.isOn,
    };
    return {
      identities: {
        start: createStartProviderLogin(house),
        complete: createCompleteProviderLogin(dependencies),
        ...createOwnIdentities(dependencies),
      },
      loginCompletion: { completeLogin: createCompleteLogin(dependencies) },
    };
  },
  resolvers: async ({ identities }) => {
    const { createIdentitiesResolvers } = await import('./identities.resolver');
    return createIdentitiesResolvers(identities);
  },
};
