import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Purpose, Secrets } from './secrets';

/** What is sealed: where it is read again, and what it belongs to. */
export interface SealOf {
  /** The first word of the text, with the format's version: `gk1`, `gt1`. */
  readonly version: string;
  readonly purpose: Purpose;
  /** The row that it stands in: two rows cannot be exchanged. */
  readonly boundTo: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM (NIST SP 800-38D) under the newest secret: `<version>$<secret id>$<base64url of nonce, ciphertext and tag>`. */
export function seal(plain: Buffer, { version, purpose, boundTo }: SealOf, { current }: Secrets): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', current.key(purpose), nonce).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${version}$${current.id}$${sealed.toString('base64url')}`;
}

/** Null: no entry of AUTH_SECRET opens it, or it is not what was sealed there. */
export function unseal(text: string, { version, purpose, boundTo }: SealOf, secrets: Secrets): Buffer | null {
  const [found, secretId = '', content = '', ...rest] = text.split('$');
  const secret = secrets.find(secretId);
  if (found !== version || secret === undefined || rest.length > 0) return null;
  const sealed = Buffer.from(content, 'base64url');
  // As `seal` writes it alone: Node reads base64url with strange characters in it, and with other bits at its end.
  if (sealed.length < nonceBytes + tagBytes || sealed.toString('base64url') !== content) return null;
  const decipher = createDecipheriv('aes-256-gcm', secret.key(purpose), sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Which entry of AUTH_SECRET a sealed text needs. */
export const secretIdOf = (text: string): string => text.split('$')[1] ?? '';
