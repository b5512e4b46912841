import type { KeyObject } from 'node:crypto';
import { followFeed } from './feed';
import { createRevoked, readList } from './revoked';
import { keyIdOf, readJwks, type VerifiedToken, verifyWithKey } from './token';

export type { VerifiedToken } from './token';

/**
 * Verifies access tokens in another service without asking for each: signature and times here, revocation by the gateway's
 * feed, or by its list, fetched again and again, while there is no feed. The bound is `maxStalenessSeconds`: what was revoked
 * longer ago is never accepted, also after this process was stopped, and whatever the line and the gateway's nodes do.
 */
export interface Verifier {
  /** Judges a token, without `Bearer`. Never throws. */
  readonly verify: (token: string) => Promise<Verification>;
  /** How old what it knows about revocations is at most, in seconds. Infinity before the first answer. */
  readonly stalenessSeconds: () => number;
  /** Fetches keys and list once more now. @throws when Gatehouse does not answer */
  readonly refresh: () => Promise<void>;
  /** Stops following and fetching. */
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
  /** From one look at the list to the next, while there is no feed. 1 when left out; 0 = no feed either, only `refresh()`. */
  readonly everySeconds?: number;
  /** Whether to follow the feed. True when left out. */
  readonly feed?: boolean;
  /** How old what is known may be. 10 when left out; less than 3 makes nearly every token a question. */
  readonly maxStalenessSeconds?: number;
  /** When it is older: ask about each token (RFC 7662), or refuse as UNAVAILABLE. `introspect` when left out. */
  readonly whenStale?: 'introspect' | 'refuse';
  /** For tests. Milliseconds since 1970. */
  readonly now?: () => number;
  /** For tests. Milliseconds that pass whatever happens to the clock, and while the process is stopped. */
  readonly elapsed?: () => number;
}

const requestTimeoutMs = 2_000;
/** Tokens with invented key ids must not become requests. */
const leastPauseMs = 1_000;

/** With the feed, what is known is about a second old, and twice that while a node is busy. */
const usualStalenessMs = 2_500;

/** Begins to follow. Until the first answer is there, it is as with one that is too old. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, audience = issuer, url = issuer, everySeconds = 1, maxStalenessSeconds = 10, whenStale = 'introspect' } = options;
  const { now = Date.now, elapsed = () => performance.now() } = options;
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`).toString('base64')}`;
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let keysReadAt = Number.NEGATIVE_INFINITY;
  let areKeysKnown = false;
  let reading: Promise<void> | undefined;
  const revoked = createRevoked();
  let etag = '';
  let currentAt = Number.NEGATIVE_INFINITY;
  const closing = new AbortController();

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(requestTimeoutMs), redirect: 'error' });
    if (!response.ok && response.status !== 304) throw new Error(`${path} answers ${response.status}`);
    return response;
  };
  const readKeysNow = async (): Promise<void> => {
    keysReadAt = elapsed(); // also when it fails: not at every token
    areKeysKnown = false;
    keys = readJwks(await (await ask('/.well-known/jwks.json')).json());
    areKeysKnown = true;
  };
  const readKeys = (): Promise<void> => {
    reading ??= readKeysNow().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const moveTo = (moment: number): void => {
    currentAt = Math.max(currentAt, moment);
    revoked.forget(now());
  };
  const readWhole = async (): Promise<void> => {
    const asked = elapsed(); // the list is at least as new as the question, however long the answer took
    const response = await ask('/v1/revocations', { headers: { authorization, ...(etag && { 'if-none-match': etag }) } });
    if (response.status !== 304) {
      revoked.add(readList(await response.json()));
      etag = response.headers.get('etag') ?? '';
    }
    moveTo(asked);
  };
  const keyOf = async (keyId: string): Promise<KeyObject | undefined> => {
    if (!keys.has(keyId) && (reading !== undefined || elapsed() - keysReadAt >= leastPauseMs)) await readKeys();
    const key = keys.get(keyId);
    if (key === undefined && !areKeysKnown) throw new Error('the keys could not be read: nobody can tell whether there is such a one');
    return key;
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
    if (revoked.has(verified)) return { accepted: false, reason: 'REVOKED' };
    if (elapsed() - currentAt <= maxStalenessSeconds * 1000) return { accepted: true, token: verified };
    if (whenStale === 'refuse') return { accepted: false, reason: 'UNAVAILABLE' };
    return (await introspect(token)) ? { accepted: true, token: verified } : { accepted: false, reason: 'REVOKED' };
  };

  const refresh = async (): Promise<void> => void (await Promise.all([readKeys(), readWhole()]));
  const ignore = (): void => undefined; // what is known grows old, which verify() answers for
  const withFeed = options.feed ?? true;
  const lookAgain = (): void => {
    const isFollowing = withFeed && elapsed() - currentAt < usualStalenessMs;
    if (!isFollowing) void readWhole().catch(ignore);
  };
  const timer = everySeconds > 0 ? setInterval(lookAgain, everySeconds * 1000).unref() : undefined;
  if (everySeconds > 0) {
    void refresh().catch(ignore);
    const feed = { url: `${url}/v1/revocations`, authorization, elapsed, silenceMs: Math.max(maxStalenessSeconds, 3) * 1000 };
    if (withFeed) void followFeed(feed, { onList: revoked.add, onCurrent: moveTo }, closing.signal);
  }

  return {
    verify: (token) => judge(token).catch((): Verification => ({ accepted: false, reason: 'UNAVAILABLE' })),
    stalenessSeconds: () => (elapsed() - currentAt) / 1000,
    refresh,
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
}
