import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { SigningKeyRow } from '../database/database';
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

/** Makes a P-256 key pair and the row that keeps it: the private part is encrypted. */
export function createSigningKey(secrets: Secrets): Pick<SigningKeyRow, 'id' | 'algorithm' | 'publicJwk' | 'privateKey'> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const kid = thumbprint(x, y);
  if (kid.startsWith('-')) return createSigningKey(secrets); // a command line would take it for an option
  return {
    id: kid,
    algorithm: signingAlgorithm,
    publicJwk: JSON.stringify(toPublicJwk(x, y, kid)),
    privateKey: seal(privateKey.export({ format: 'der', type: 'pkcs8' }), kid, secrets),
  };
}

/**
 * The public part is made from the sealed one: a row that somebody without our secret has written is not a key.
 * @throws {SealedKeyError}
 */
export function openSigningKey(row: SigningKeyRow, secrets: Secrets): SigningKey {
  const privateKey = createPrivateKey({ key: unseal(row, secrets), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { kid: row.id, publicKey, privateKey, publicJwk: toPublicJwk(x, y, row.id) };
}

/** What the row should hold: its own text, or the key sealed under the newest secret. @throws {SealedKeyError} */
export function resealSigningKey(row: SigningKeyRow, secrets: Secrets): string {
  return secretIdOf(row) === secrets.current.id ? row.privateKey : seal(unseal(row, secrets), row.id, secrets);
}

/** Which entry of AUTH_SECRET a stored key needs. */
export const secretIdOf = ({ privateKey }: Pick<SigningKeyRow, 'privateKey'>): string => privateKey.split('$')[1] ?? '';

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

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM (NIST SP 800-38D), bound to the key's id so that two rows cannot be exchanged. */
function seal(plain: Buffer, kid: string, { current }: Secrets): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', current.key('signing-key-encryption'), nonce).setAAD(Buffer.from(kid));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `gk1$${current.id}$${sealed.toString('base64url')}`;
}

function unseal({ id, privateKey }: SigningKeyRow, secrets: Secrets): Buffer {
  const [version, secretId = '', text = ''] = privateKey.split('$');
  const secret = secrets.find(secretId);
  if (version !== 'gk1' || secret === undefined) throw new SealedKeyError(id);
  const sealed = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', secret.key('signing-key-encryption'), sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(id))
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SealedKeyError(id);
  }
}
