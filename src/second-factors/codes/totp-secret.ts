import { seal, unseal } from '../../sealed';
import type { Secrets } from '../../secrets';

const sealOf = (userId: string) => ({ version: 'gt1', purpose: 'totp-encryption', boundTo: userId }) as const;

/** The shared secret of an authenticator app, as its row keeps it. */
export const sealTotpSecret = (secret: Buffer, userId: string, secrets: Secrets): string => seal(secret, sealOf(userId), secrets);

/** Null: no entry of AUTH_SECRET opens it. Then a recovery code, which needs no key, lets its owner in. */
export const openTotpSecret = (sealed: string, userId: string, secrets: Secrets): Buffer | null => unseal(sealed, sealOf(userId), secrets);
