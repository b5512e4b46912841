import type { Config } from '../config';
import { canBeRelyingParty, isDomainOf } from './domain';

/** For whom passkeys are made, and from whose pages they count (WebAuthn L3 §5.1.2, §13.4.9). */
export interface RelyingParty {
  /** The domain: authenticators sign its hash. */
  readonly id: string;
  /** What people are shown. */
  readonly name: string;
  /** `PUBLIC_URL`'s page, one of `AUTH_CORS_ORIGINS`, or in development any of this machine. */
  readonly isOrigin: (origin: string) => boolean;
  /** Allowed pages that are not under the domain: browsers ask `/.well-known/webauthn` about them (WebAuthn L3 §5.11). */
  readonly relatedOrigins: readonly string[];
}

type Settings = Pick<Config, 'passkeys' | 'passkeyDomain' | 'corsOrigins' | 'production'>;

/** Null: passkeys are off here. */
export function relyingPartyOf({ passkeys, passkeyDomain, corsOrigins, production }: Settings, publicUrl: string): RelyingParty | null {
  if (!(passkeys ?? canBeRelyingParty(publicUrl))) return null;
  const own = new URL(publicUrl);
  const id = passkeyDomain ?? own.hostname;
  const origins = new Set([own.origin, ...corsOrigins]);
  const isOwnMachine = !production && id === 'localhost';
  return {
    id,
    name: own.host,
    isOrigin: (origin) => origins.has(origin) || (isOwnMachine && /^https?:\/\/localhost(:\d{1,5})?$/.test(origin)),
    relatedOrigins: corsOrigins.filter((origin) => origin.startsWith('https://') && !isDomainOf(id, new URL(origin).hostname)),
  };
}
