import { Deadline } from './deadline';

/** Who is on the other end of a request, as far as the connection and its headers tell. */
export interface Requester {
  /** IPv4, or IPv6 in its shortest spelling; a mapped IPv4 address is IPv4. Null on a socket without an address. */
  readonly ipAddress: string | null;
  /** At most 512 characters of the User-Agent header. */
  readonly userAgent: string | null;
  /** At most 256 characters of the Accept-Language header. */
  readonly acceptLanguage: string | null;
  readonly requestId: string;
  /** Whether nobody reads the answer any more: the connection is closed, or the answer was sent at its deadline. */
  readonly isGone: () => boolean;
  /** A browser's word for the page that asks: none was sent, one that AUTH_CORS_ORIGINS or PUBLIC_URL has, or another. */
  readonly origin: 'none' | 'allowed' | 'foreign';
  /** Whether browsers would take our cookies: PUBLIC_URL is https, or this machine. */
  readonly canKeepTokens: boolean;
  /** What an earlier login left with the device: see limits/device-token.ts. */
  readonly deviceToken: string | null;
  /** The refresh token that the browser keeps in a cookie. */
  readonly keptRefreshToken: string | null;
  /** The header `Idempotency-Key` as it came: to be judged by whoever uses it. */
  readonly idempotencyKey: string | null;
  readonly deadline: Deadline;
  /** It comes by a form of the hosted pages: a session that begins is theirs, and what stands for it is kept in their cookies alone. */
  readonly isPage?: true;
}

/** The command line, where a service asks for whom it works. */
export const commandLine: Requester = {
  ipAddress: null,
  userAgent: 'gatehouse command line',
  acceptLanguage: null,
  requestId: 'cli',
  isGone: () => false,
  origin: 'none',
  canKeepTokens: false,
  deviceToken: null,
  keptRefreshToken: null,
  idempotencyKey: null,
  deadline: new Deadline(),
};

/** At most so many UTF-16 units of a header that is stored, logged and shown. */
const maxUserAgentLength = 512;

/** A User-Agent header as it may be stored, logged and shown: one line, with nothing that a terminal would obey. */
export const toUserAgent = (header: string | undefined): string | null =>
  header === undefined ? null : printable(header.slice(0, maxUserAgentLength));

/** Control and format characters (C0, C1, bidirectional overrides) and line separators become U+FFFD. */
export const printable = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
