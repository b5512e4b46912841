import { requireProvedAddress } from '../addresses/proved-address';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { FactorOwner } from '../proofs/proofs';
import type { Secrets } from '../secrets';
import { newTotpSecret, toBase32, toKeyUri } from './codes/totp';
import { sealTotpSecret } from './codes/totp-secret';

export interface TotpEnrolment {
  /** Base32, for whoever types it. */
  readonly secret: string;
  /** `otpauth://…`, for whoever opens it on the same device. */
  readonly uri: string;
  /** The same as an SVG picture, for whoever scans it. */
  readonly qrCode: string;
}

/**
 * Nothing is switched on before `confirmTotp`, and an app that is in use goes on until then: starting again replaces what waits alone.
 * @throws {Failure} EMAIL_NOT_VERIFIED, UNAVAILABLE
 */
export type StartTotp = (owner: FactorOwner) => Promise<TotpEnrolment>;

interface Dependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly issuer: () => string;
  readonly isProofNeeded: boolean;
}

export const createStartTotp =
  ({ database, secrets, clock, issuer, isProofNeeded }: Dependencies): StartTotp =>
  async ({ user }) => {
    requireProvedAddress(user, isProofNeeded);
    const { generate } = await import('lean-qr');
    const { toSvgSource } = await import('lean-qr/extras/svg');
    const secret = newTotpSecret();
    const pendingSecret = sealTotpSecret(secret, user.id, secrets);
    await database.client.totp.upsert({
      where: { userId: user.id },
      update: { pendingSecret },
      create: { userId: user.id, pendingSecret, createdAt: new Date(clock.now()) },
    });
    const uri = toKeyUri(secret, issuer(), user.username);
    return { secret: toBase32(secret), uri, qrCode: toSvgSource(generate(uri)) };
  };
