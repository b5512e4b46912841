import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { OwnerNotices } from '../mail/owner-notices';
import type { PasskeyCheck } from './passkey-check';
import { webauthnEvents } from './webauthn.events';
import { webauthnRoutes } from './webauthn.routes';
import { webauthnSettings } from './webauthn.settings';

type Needs = Foundation & { readonly audit: AuditService; readonly ownerNotices: OwnerNotices };

/** What browsers and authenticators say about passkeys, and whether it is true. What people do with theirs is in `passkeys/`. */
export const webauthnFeature: Feature<Needs, { readonly passkeyCheck: PasskeyCheck }> = {
  name: 'webauthn',
  settings: [webauthnSettings],
  auditEvents: webauthnEvents,
  open: async (house) => {
    const { createPasskeyCheck } = await import('./passkey-check');
    return { passkeyCheck: createPasskeyCheck(house) };
  },
  routes: ({ passkeyCheck }) => webauthnRoutes(passkeyCheck),
  start: async ({ passkeyCheck, config, publicUrl, database, logger }) => {
    const { tellOfPasskeys } = await import('./tell-of-passkeys');
    await tellOfPasskeys({ passkeyCheck, config, publicUrl, database, logger });
  },
};
