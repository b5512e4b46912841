import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SigningKeyRow } from '../database/database';
import { seal, secretIdOf, unseal } from '../sealed';
import type { Secrets } from '../secrets';

/** A public key as a JSON Web Key (RFC 7517), as it stands in the JWKS. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

/** A key that is in memory, ready to sign or verify. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicJwk;
}

export const signingAlgorithm = 'ES256';

/** A stored key that no entry of AUTH_SECRET opens. */
export class SealedKeyError extends Error {
  override readonly name = 'SealedKeyError';
  readonly code = 'SEALED_KEY';

  constructor(readonly kid: string) {
    super(
      `AUTH_SECRET does not open the signing key ${kid} of this database. Put the secret that was in use when it was made ` +
        'at the end of the list: AUTH_SECRET=new,old',
    );
  }
}

/**
 * Makes a P-256 key pair and the row that keeps it: the private part is encrypted. The pair comes out as bytes: a key object of Node 20 shares a lock
 * with the job that has made it, and whoever exports it while that job is collected waits for ever.
 */
export function createSigningKey(secrets: Secrets): Pick<SigningKeyRow, 'id' | 'algorithm' | 'publicJwk' | 'privateKey'> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const { x = '', y = '' } = createPublicKey({ key: publicKey, type: 'spki', format: 'der' }).export({ format: 'jwk' });
  const kid = thumbprint(x, y);
  if (kid.startsWith('-')) return createSigningKey(secrets); // a command line would take it for an option
  return {
    id: kid,
    algorithm: signingAlgorithm,
    publicJwk: JSON.stringify(toPublicJwk(x, y, kid)),
    privateKey: seal(privateKey, sealOf(kid), secrets),
  };
}

/**
 * The public part is made from the sealed one: a row that somebody without our secret has written is not a key.
 * @throws {SealedKeyError}
 */
export function openSigningKey(row: SigningKeyRow, secrets: Secrets): SigningKey {
  const privateKey = createPrivateKey({ key: unsealKey(row, secrets), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { kid: row.id, publicKey, privateKey, publicJwk: toPublicJwk(x, y, row.id) };
}

/** What the row should hold: its own text, or the key sealed under the newest secret. @throws {SealedKeyError} */
export function resealSigningKey(row: SigningKeyRow, secrets: Secrets): string {
  return secretIdOf(row.privateKey) === secrets.current.id ? row.privateKey : seal(unsealKey(row, secrets), sealOf(row.id), secrets);
}

const toPublicJwk = (x: string, y: string, kid: string): PublicJwk => ({
  kty: 'EC',
  crv: 'P-256',
  x,
  y,
  kid,
  use: 'sig',
  alg: signingAlgorithm,
});

/** RFC 7638: the same key has the same name everywhere. */
const thumbprint = (x: string, y: string): string =>
  createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');

const sealOf = (kid: string) => ({ version: 'gk1', purpose: 'signing-key-encryption', boundTo: kid }) as const;

/** @throws {SealedKeyError} */
function unsealKey({ id, privateKey }: SigningKeyRow, secrets: Secrets): Buffer {
  const plain = unseal(privateKey, sealOf(id), secrets);
  if (plain === null) throw new SealedKeyError(id);
  return plain;
}
