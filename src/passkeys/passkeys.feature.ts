import type { Admission } from '../admission/admission';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Providers } from '../providers/provider';
import type { SessionsService } from '../sessions/sessions.service';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import { passkeysEvents } from './passkeys.events';
import { type PasskeysService, passkeysOperations } from './passkeys.operations';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly outbox: Outbox;
  readonly sessions: SessionsService;
  readonly passkeyCheck: PasskeyCheck;
  readonly admission: Admission;
  readonly providers: Providers;
};

/** Logging in by a passkey, and what people do with theirs. */
export const passkeysFeature: Feature<Needs, { readonly passkeys: PasskeysService }> = {
  name: 'passkeys',
  auditEvents: passkeysEvents,
  operations: passkeysOperations,
  serviceOf: ({ passkeys }) => passkeys,
  open: async (house) => {
    const { createAddPasskey } = await import('./add-passkey');
    const { createAskForPasskey } = await import('./passkey-options');
    const { createLogInWithPasskey } = await import('./log-in-with-passkey');
    const { createOwnPasskeys } = await import('./own-passkeys');
    const { createRemovePasskey } = await import('./remove-passkey');
    return {
      passkeys: {
        ...createAddPasskey({ ...house, isProofNeeded: house.config.mail.target !== undefined }),
        ...createOwnPasskeys(house.database),
        passkeyOptions: createAskForPasskey(house),
        loginWithPasskey: createLogInWithPasskey(house),
        removePasskey: createRemovePasskey(house),
      },
    };
  },
  resolvers: async ({ passkeys }) => {
    const { createPasskeyResolvers } = await import('./passkeys.resolver');
    return createPasskeyResolvers(passkeys);
  },
};
