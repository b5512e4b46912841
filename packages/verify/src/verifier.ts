import { followFeed } from './feed.js';
import { createGateway } from './gateway.js';
import { createIssuerCheck } from './issuer-check.js';
import { createKeys } from './keys.js';
import { createKnowledge } from './knowledge.js';
import { createReports, type OnError } from './reports.js';
import { keyIdOf, type VerifiedToken, verifyWithKey } from './token.js';

export { VerifierError } from './reports.js';
export type { VerifiedToken } from './token.js';

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
  /**
   * Told why tokens are UNAVAILABLE, or all INVALID: a gateway that cannot be reached, a secret that it refuses, an issuer that is not
   * its own. Each cause once, until it has worked again. Left out: a warning of the process.
   */
  readonly onError?: OnError;
  /** How far the gateway's clock may be ahead of this one, for `iat`. 60 when left out; 0 to 300. `exp` has 5 seconds at most. */
  readonly clockToleranceSeconds?: number;
  /** For tests. Milliseconds since 1970. */
  readonly now?: () => number;
  /** For tests. Milliseconds that pass whatever happens to the clock, and while the process is stopped. */
  readonly elapsed?: () => number;
}

/** With the feed, what is known is about a second old, and twice that while a node is busy. */
const usualStalenessMs = 2_500;

/**
 * Begins to follow. Until the first answer is there, it is as with one that is too old.
 * @throws {RangeError} for a clockToleranceSeconds out of bounds
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, audience = issuer, url = issuer, everySeconds = 1, maxStalenessSeconds = 10, whenStale = 'introspect' } = options;
  const { clockToleranceSeconds = 60, now = Date.now, elapsed = () => performance.now() } = options;
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300)) throw new RangeError('clockToleranceSeconds is from 0 to 300');
  const authorization = basic(options.clientId, options.clientSecret);
  const reports = createReports(options.onError);
  const gateway = createGateway(url, authorization, reports);
  const closing = new AbortController();

  const keys = createKeys(gateway, elapsed);
  const knowledge = createKnowledge({ gateway, now, elapsed });
  const issuerCheck = createIssuerCheck({ gateway, issuer, onWrong: (error) => reports.failed('issuer', error) });

  const judge = async (token: string): Promise<Verification> => {
    if (knowledge.lookAtClock() && everySeconds > 0) void readWhole().catch(ignore);
    const keyId = keyIdOf(token);
    const key = keyId === null ? undefined : await keys.find(keyId);
    const expected = { issuer, audience, now: now(), clockToleranceSeconds };
    const verified = keyId === null || key === undefined ? null : verifyWithKey(token, keyId, key, expected);
    if (verified === null) return { accepted: false, reason: 'INVALID' };
    if (knowledge.isRevoked(verified)) return { accepted: false, reason: 'REVOKED' };
    if (knowledge.stalenessMs() <= maxStalenessSeconds * 1000) return { accepted: true, token: verified };
    if (whenStale === 'refuse') return { accepted: false, reason: 'UNAVAILABLE' };
    return (await gateway.introspect(token)) ? { accepted: true, token: verified } : { accepted: false, reason: 'REVOKED' };
  };

  const ignore = (): void => undefined; // reported already; what is known grows old, which verify() answers for
  const readWhole = async (): Promise<void> => {
    await knowledge.readWhole();
    await issuerCheck();
  };
  const refresh = async (): Promise<void> => void (await Promise.all([keys.read(), readWhole()]));
  const withFeed = options.feed ?? true;
  const lookAgain = (): void => {
    knowledge.lookAtClock();
    const isFollowing = withFeed && knowledge.stalenessMs() < usualStalenessMs;
    if (!isFollowing) void readWhole().catch(ignore);
  };
  const timer = everySeconds > 0 ? setInterval(lookAgain, everySeconds * 1000).unref() : undefined;
  if (everySeconds > 0) {
    void refresh().catch(ignore);
    const feed = { url, authorization, elapsed, silenceMs: Math.max(maxStalenessSeconds, 3) * 1000, reports };
    if (withFeed) void followFeed(feed, { onList: knowledge.add, onCurrent: knowledge.moveTo }, closing.signal);
  }

  return {
    verify: (token) => judge(token).catch((): Verification => ({ accepted: false, reason: 'UNAVAILABLE' })),
    stalenessSeconds: () => knowledge.stalenessMs() / 1000,
    refresh,
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** RFC 6749 §2.3.1. */
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
