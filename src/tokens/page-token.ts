import { equalInConstantTime, hmacSha256, type Secrets } from '../secrets';
import { uuidFromBytes, uuidToBytes } from '../uuid';

/**
 * What a browser keeps of a session of pages. `page` opens the pages of the account; `navigation` lets a browser through forward-auth, and
 * opens nothing else: neither is good in the place of the other, and neither is a bearer token.
 */
export type PageTokenUse = 'page' | 'navigation';

const version = 1;
const contentBytes = 17;
const tokenFormat = /^[A-Za-z0-9_-]{66}$/;

/**
 * Base64url of version (1 byte) ‖ session id (16) ‖ HMAC-SHA-256 of the use, these and the session's salt (32). The salt stands in the session's
 * row alone, so that a token of a session that is gone says nothing.
 */
export function writePageToken({ id, refreshSalt }: Session, use: PageTokenUse, secrets: Secrets): string {
  const content = toBytes(id);
  return Buffer.concat([content, macOf(content, refreshSalt, use, secrets.current.key('page-session'))]).toString('base64url');
}

interface Session {
  readonly id: string;
  readonly refreshSalt: string;
}

/** The session that a token names; null where it is none of ours by its form. {@link isPageTokenOf} says whether it is true. */
export function sessionOfPageToken(token: string): string | null {
  if (!tokenFormat.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  return bytes[0] === version ? uuidFromBytes(bytes, 1) : null;
}

export function isPageTokenOf(token: string, { id, refreshSalt }: Session, use: PageTokenUse, { all }: Secrets): boolean {
  const mac = Buffer.from(token, 'base64url').subarray(contentBytes);
  return all.some(({ key }) => equalInConstantTime(macOf(toBytes(id), refreshSalt, use, key('page-session')), mac));
}

function toBytes(id: string): Buffer {
  const content = Buffer.alloc(contentBytes);
  content.writeUInt8(version, 0);
  uuidToBytes(id).copy(content, 1);
  return content;
}

const macOf = (content: Buffer, salt: string, use: PageTokenUse, key: Buffer): Buffer => hmacSha256(key, use, content, salt);
