import { createHash, randomBytes } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import { seal, unseal } from '../sealed';
import { equalInConstantTime, type Secrets } from '../secrets';

/**
 * A log-in that is under way at another provider. Whoever began it keeps it: `gatehouse_pf_` and what `seal` makes of it. It lies nowhere, counts once
 * (`spent` has its hash then), for ten minutes. `state` is its hash, so that an answer is worth nothing without it (login CSRF, RFC 9700 §4.7).
 */
export interface ProviderFlow {
  readonly provider: string;
  readonly redirectUri: string;
  readonly nonce: string;
  readonly pkceVerifier: string;
  /** Who wants to link. Null: somebody who wants to log in. */
  readonly userId: string | null;
  readonly expiresAt: Date;
}

const prefix = 'gatehouse_pf_';
const lifeSeconds = 600;
const sealOf = { version: 'gf1', purpose: 'provider-flow', boundTo: 'flow' } as const;

/** Makes the secrets of a new one. @returns it, and how its holder has it */
export function beginFlow(
  about: Pick<ProviderFlow, 'provider' | 'redirectUri' | 'userId'>,
  secrets: Secrets,
  clock: Clock,
): { readonly flow: ProviderFlow; readonly token: string } {
  const { provider, redirectUri, userId } = about;
  const [nonce, pkceVerifier] = [randomText(), randomText()];
  const expiresAt = secondsAfter(clock.now(), lifeSeconds);
  const plain = JSON.stringify([provider, redirectUri, nonce, pkceVerifier, userId, expiresAt.getTime()]);
  return {
    flow: { provider, redirectUri, nonce, pkceVerifier, userId, expiresAt },
    token: prefix + seal(Buffer.from(plain), sealOf, secrets),
  };
}

/** Null: none of ours, or over. */
export function readFlow(token: string, secrets: Secrets, clock: Clock): ProviderFlow | null {
  const plain = token.startsWith(prefix) ? unseal(token.slice(prefix.length), sealOf, secrets) : null;
  if (plain === null) return null;
  // Nobody else can have sealed it.
  const [provider, redirectUri, nonce, pkceVerifier, userId, expiry] = JSON.parse(plain.toString()) as FlowMembers;
  const expiresAt = new Date(expiry);
  return expiresAt.getTime() > clock.now() ? { provider, redirectUri, nonce, pkceVerifier, userId, expiresAt } : null;
}

type FlowMembers = [provider: string, redirectUri: string, nonce: string, pkceVerifier: string, userId: string | null, expiry: number];

export const stateOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export const isStateOf = (state: string | null, token: string): boolean =>
  state !== null && equalInConstantTime(Buffer.from(state), Buffer.from(stateOf(token)));

/** 256 bits: 43 characters, as PKCE wants them at least (RFC 7636 §4.1). */
const randomText = (): string => randomBytes(32).toString('base64url');
