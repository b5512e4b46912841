import { normalCode } from '../names/typed-code';
import { equalInConstantTime, hmacSha256, type Secret, type Secrets } from '../secrets';
import { uuidFromBytes, uuidToBytes } from '../uuid';
import { type Purpose, purposeOf, purposes } from './purposes';

/**
 * What a mail and whoever asked for it are given of a row of `mail_tokens`. All of it is derived from the row and AUTH_SECRET, and none of
 * it is stored: whoever has the database has no code, and the same mail can be sent again. See docs/decisions/037-derived-codes.md.
 *
 * - the attempt, for whoever asked: `gatehouse_ma_…`
 * - the link's token, for the mail: `gatehouse_ml_…`
 * - the code, for the mail: 8 digits, which count with the attempt alone
 *
 * Attempt and link are 64 base64url characters of: version 1 (1 byte) ‖ purpose (1) ‖ id of the row (16) ‖ HMAC-SHA-256 of its label and
 * all of these (30 bytes of it). A forged one is refused without a query.
 */
export interface MailTokenName {
  readonly id: string;
  readonly purpose: Purpose;
}

const version = 1;
const contentBytes = 18;
/** With the content a multiple of three, so that its base64url has one spelling. */
const macBytes = 30;

const prefixes = { attempt: 'gatehouse_ma_', link: 'gatehouse_ml_' } as const;
type Kind = keyof typeof prefixes;

const tokenFormat = /^gatehouse_m[al]_[A-Za-z0-9_-]{64}$/;

export const writeAttempt = (name: MailTokenName, secrets: Secrets): string => write('attempt', name, secrets);
export const writeLinkToken = (name: MailTokenName, secrets: Secrets): string => write('link', name, secrets);

/** Null: no attempt of ours. */
export const readAttempt = (token: string, secrets: Secrets): MailTokenName | null => read('attempt', token, secrets);
/** Null: no link of ours. */
export const readLinkToken = (token: string, secrets: Secrets): MailTokenName | null => read('link', token, secrets);

/** What a code is derived from, beside a key. */
export interface CodeSource {
  readonly id: string;
  readonly purpose: string;
  /** 16 random bytes in base64url. */
  readonly salt: string;
}

/** The eight digits of a mail that goes out now. */
export const codeOf = (source: CodeSource, { current }: Secrets): string => codeBy(source, current);

/** Whether it is the code, as people type one, made by any entry of AUTH_SECRET. What is not eight digits is no code, and nobody's. */
export function isCode(typed: string, source: CodeSource, { all }: Secrets): boolean {
  const given = Buffer.from(normalCode(typed).slice(0, 64));
  return all.filter((secret) => equalInConstantTime(given, Buffer.from(codeBy(source, secret)))).length > 0;
}

function codeBy({ id, purpose, salt }: CodeSource, secret: Secret): string {
  const mac = hmacSha256(secret.key('mail-token'), 'mail-code', '\0', id, '\0', salt, '\0', purpose);
  return String(mac.readBigUInt64BE(0) % 100_000_000n).padStart(8, '0');
}

function write(kind: Kind, { id, purpose }: MailTokenName, secrets: Secrets): string {
  const content = Buffer.concat([Buffer.from([version, purposes[purpose].byte]), uuidToBytes(id)]);
  return prefixes[kind] + Buffer.concat([content, macOf(kind, content, secrets.current)]).toString('base64url');
}

function read(kind: Kind, token: string, secrets: Secrets): MailTokenName | null {
  if (!tokenFormat.test(token) || !token.startsWith(prefixes[kind])) return null;
  const bytes = Buffer.from(token.slice(prefixes[kind].length), 'base64url');
  const content = bytes.subarray(0, contentBytes);
  const isOurs = secrets.all.some((secret) => equalInConstantTime(macOf(kind, content, secret), bytes.subarray(contentBytes)));
  const purpose = purposeOf(content.readUInt8(1));
  return isOurs && content[0] === version && purpose !== null ? { id: uuidFromBytes(content, 2), purpose } : null;
}

const macOf = (kind: Kind, content: Buffer, secret: Secret): Buffer =>
  hmacSha256(secret.key('mail-token'), `mail-${kind}`, '\0', content).subarray(0, macBytes);
