import { Failure, type ProviderFault } from '../errors';

/** Somebody at a provider. Known by issuer and subject alone: an address is no key, and is recycled. */
export interface ProviderUser {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** As the provider has it. Null: it told none that could be one. */
  readonly email: string | null;
  /** Whether the provider says that it was proved there, and counts with that here. */
  readonly isVouched: boolean;
  /** Whether the provider has seen a second factor, and counts with that here. */
  readonly hasShownTwoFactors: boolean;
  readonly username: string | null;
  readonly name: string | null;
  readonly locale: string | null;
}

/** Somebody who has come. `linkedAs`: the row by which they open an account already; left out, they are linked when the session begins. */
export interface Arrival extends ProviderUser {
  readonly linkedAs?: string;
}

/** What belongs to one log-in, from its start to its end. */
export interface Authorization {
  /** Of the page that the provider sends the browser back to. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly pkceVerifier: string;
}

/** A provider that is configured here. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Whether somebody new may come through it. */
  readonly registers: boolean;
  /** Where the browser is sent. @throws {Failure} PROVIDER_FAILED */
  readonly authorizationUrl: (authorization: Authorization) => Promise<string>;
  /** Who came back. `response`: the query of that page, whose `state` is right. @throws {Failure} PROVIDER_FAILED */
  readonly identify: (authorization: Authorization, response: URLSearchParams) => Promise<ProviderUser>;
  /** Whether it answers, for `doctor`. @throws {Failure} PROVIDER_FAILED */
  readonly examine: () => Promise<void>;
}

/** The providers of this gateway, in the order of their file. */
export type Providers = ReadonlyMap<string, Provider>;

/** `cause` is for the log alone: what a library says may quote a token. */
export const providerFailed = (provider: string, reason: ProviderFault, cause?: unknown): Failure =>
  new Failure('PROVIDER_FAILED', { provider, reason }, { cause });
