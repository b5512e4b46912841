import { isLoopback, parseUrl } from '../settings/rules';

/** Where mails go. */
export type MailTarget = SmtpTarget | FileTarget;

export interface SmtpTarget {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (RFC 8314 §3.3). */
  readonly isTls: boolean;
  /** STARTTLS is demanded, and nothing is sent where the server does not offer it (RFC 3207 §4.1). False on this machine alone. */
  readonly needsStartTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

export interface FileTarget {
  readonly kind: 'file';
  readonly directory: string;
}

export const mailUrlRule =
  'must be smtps://user:password@host:465, smtp://user:password@host:587, file:DIRECTORY or off; @ in a password is written as %40';

/** Reads AUTH_MAIL_URL. Undefined: no such address. */
export function parseMailUrl(value: string): MailTarget | undefined {
  if (value.startsWith('file:')) return parseDirectory(value);
  const url = parseUrl(value);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') return undefined;
  if (url.search !== '' || url.hash !== '' || (url.pathname !== '' && url.pathname !== '/')) return undefined;
  const [user, password] = [url.username, url.password].map(decoded);
  if (user === undefined || password === undefined || (user === '') !== (password === '')) return undefined;
  const isTls = url.protocol === 'smtps:';
  return {
    kind: 'smtp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
    isTls,
    needsStartTls: !isTls && !isLoopback(url.hostname),
    ...(user !== '' && { user, password }),
  };
}

function parseDirectory(value: string): FileTarget | undefined {
  const directory = value.slice('file:'.length).replace(/^\/\/(?=\/)/, ''); // file:///var/mail is /var/mail (RFC 8089 §2)
  return directory === '' || /[?#\0]|^\/\//.test(directory) ? undefined : { kind: 'file', directory };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Who mails are from. */
export interface Sender {
  /** What people see; null: the address alone. */
  readonly name: string | null;
  readonly address: string;
}

/** Who mails are from where AUTH_MAIL_FROM does not say it. A numeric address is no domain of mail: they are from this machine then. */
export function senderOf({ from }: { readonly from: Sender | undefined }, publicUrl: string): Sender {
  if (from !== undefined) return from;
  const { hostname } = new URL(publicUrl);
  return { name: null, address: `no-reply@${/^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname}` };
}

/** As the variable would be written, without what is secret in it. */
export function shownTarget(target: MailTarget | undefined): string {
  if (target === undefined) return 'off';
  if (target.kind === 'file') return `file:${target.directory}`;
  const { isTls, host, port, user } = target;
  return `${isTls ? 'smtps' : 'smtp'}://${user === undefined ? '' : '***@'}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface MailInForce {
  readonly testMode: boolean;
  readonly mail: { readonly target: MailTarget | undefined };
}

/** Whether there is mail at all: test mode keeps it, whatever AUTH_MAIL_URL says. */
export const hasMail = ({ testMode, mail: { target } }: MailInForce): boolean => testMode || target !== undefined;

/** The folder that mails are written into. Null: they go elsewhere, or there are none; test mode keeps them in the database. */
export const folderOf = ({ testMode, mail: { target } }: MailInForce): string | null =>
  !testMode && target?.kind === 'file' ? target.directory : null;

/** Where mails go, for a person: see {@link shownTarget}. */
export const shownMail = ({ testMode, mail: { target } }: MailInForce): string =>
  testMode ? 'nowhere: test mode keeps them for /test/mails' : shownTarget(target);

export const shownSender = ({ name, address }: Sender): string => (name === null ? address : `${name} <${address}>`);

/** Reads AUTH_MAIL_FROM: an address, or a name and an address between angle brackets (RFC 5322 §3.4). Undefined: neither. */
export function parseSender(value: string): Sender | undefined {
  const [, quoted, plain, bracketed, bare] =
    /^(?:(?:"([^"\\]{1,64})"|([^<>"@,;:\\]{1,64}?))\s*<([^<>]+)>|([^<>\s]+))$/.exec(value.trim()) ?? [];
  const address = bracketed ?? bare;
  if (address === undefined || !senderAddress.test(address) || /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(value)) return undefined;
  const name = (quoted ?? plain ?? '').trim();
  return { name: name === '' ? null : name, address };
}

/** A domain without a dot is this machine's. ASCII, as every server takes it (RFC 5321 §4.1.2). */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const senderAddress = new RegExp(`^[\\w!#$%&'*+/=?^\`{|}~.-]{1,64}@${label}(?:\\.${label})*$`);
