import type { KeyObject } from 'node:crypto';
import { keyIdOf, readJwks, type VerifiedToken, verifyWithKey } from './token';

export type { VerifiedToken } from './token';

/**
 * Verifies access tokens in another service without asking for each: signature and times here, revocation by a list
 * that is fetched again and again. The bound is `maxStalenessSeconds`: a session that ended longer ago is never accepted.
 */
export interface Verifier {
  /** Judges a token, without `Bearer`. Never throws. */
  readonly verify: (token: string) => Promise<Verification>;
  /** Fetches keys and list once more now. @throws when Gatehouse does not answer */
  readonly refresh: () => Promise<void>;
  /** Stops fetching. */
  readonly close: () => void;
}

export type Verification =
  | { readonly accepted: true; readonly token: VerifiedToken }
  /** INVALID and REVOKED are a 401. UNAVAILABLE is a 503: nobody can tell now. */
  | { readonly accepted: false; readonly reason: 'INVALID' | 'REVOKED' | 'UNAVAILABLE' };

export interface VerifierOptions {
  /** `PUBLIC_URL` of the gateway: `iss` of its tokens. */
  readonly issuer: string;
  /** `AUTH_AUDIENCE`; the issuer when left out. */
  readonly audience?: string;
  /** Where to ask, when that is not the issuer's address. */
  readonly url?: string;
  /** From `gatehouse client create`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** From one look at the list to the next. 1 when left out; 0 = only by `refresh()`. */
  readonly everySeconds?: number;
  /** How old the list may be. 10 when left out. */
  readonly maxStalenessSeconds?: number;
  /** With an older list: ask about each token (RFC 7662), or refuse as UNAVAILABLE. `introspect` when left out. */
  readonly whenStale?: 'introspect' | 'refuse';
  /** For tests. Milliseconds since 1970. */
  readonly now?: () => number;
  /** For tests. Milliseconds that pass whatever happens to the clock, and while the process is stopped. */
  readonly elapsed?: () => number;
}

const requestTimeoutMs = 2_000;
/** Tokens with invented key ids must not become requests. */
const leastPauseMs = 1_000;

/** Begins to fetch. Until the first list is there, it is as with a list that is too old. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, audience = issuer, url = issuer, everySeconds = 1, maxStalenessSeconds = 10, whenStale = 'introspect' } = options;
  const { now = Date.now, elapsed = () => performance.now() } = options;
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`).toString('base64')}`;
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let keysReadAt = Number.NEGATIVE_INFINITY;
  let revoked = { sessions: new Set<string>(), keys: new Set<string>(), etag: '' };
  let listedAt = Number.NEGATIVE_INFINITY;

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(requestTimeoutMs), redirect: 'error' });
    if (!response.ok && response.status !== 304) throw new Error(`${path} answers ${response.status}`);
    return response;
  };
  const readKeys = async (): Promise<void> => {
    keysReadAt = elapsed(); // also when it fails: not at every token
    keys = readJwks(await (await ask('/.well-known/jwks.json')).json());
  };
  const readList = async (): Promise<void> => {
    const asked = elapsed(); // the list is at least as new as the question, however long the answer took
    const response = await ask('/v1/revocations', { headers: { authorization, ...(revoked.etag && { 'if-none-match': revoked.etag }) } });
    const list = response.status === 304 ? null : ((await response.json()) as { sessions: string[]; keys: string[] });
    if (asked < listedAt) return; // a later question was answered first
    if (list) revoked = { sessions: new Set(list.sessions), keys: new Set(list.keys), etag: response.headers.get('etag') ?? '' };
    listedAt = asked;
  };
  const keyOf = async (keyId: string): Promise<KeyObject | undefined> => {
    if (!keys.has(keyId) && elapsed() - keysReadAt >= leastPauseMs) await readKeys();
    return keys.get(keyId);
  };
  const introspect = async (token: string): Promise<boolean> => {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const response = await ask('/v1/introspect', { method: 'POST', headers, body: new URLSearchParams({ token }).toString() });
    return ((await response.json()) as { active?: unknown }).active === true;
  };

  const judge = async (token: string): Promise<Verification> => {
    const keyId = keyIdOf(token);
    const key = keyId === null ? undefined : await keyOf(keyId);
    const verified = keyId === null || key === undefined ? null : verifyWithKey(token, keyId, key, { issuer, audience, now: now() });
    if (verified === null) return { accepted: false, reason: 'INVALID' };
    if (revoked.sessions.has(verified.sessionId) || revoked.keys.has(verified.keyId)) return { accepted: false, reason: 'REVOKED' };
    if (elapsed() - listedAt <= maxStalenessSeconds * 1000) return { accepted: true, token: verified };
    if (whenStale === 'refuse') return { accepted: false, reason: 'UNAVAILABLE' };
    return (await introspect(token)) ? { accepted: true, token: verified } : { accepted: false, reason: 'REVOKED' };
  };

  const refresh = async (): Promise<void> => void (await Promise.all([readKeys(), readList()]));
  const ignore = (): void => undefined; // the list grows old, which verify() answers for
  const timer = everySeconds > 0 ? setInterval(() => void readList().catch(ignore), everySeconds * 1000).unref() : undefined;
  if (everySeconds > 0) void refresh().catch(ignore);

  return {
    verify: (token) => judge(token).catch((): Verification => ({ accepted: false, reason: 'UNAVAILABLE' })),
    refresh,
    close: () => clearInterval(timer),
  };
}
