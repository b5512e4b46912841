/** What an operation wants beside its value: a door makes headers of it. */
export interface Effects {
  readonly rateLimit?: RateLimitStatus;
  readonly cookies?: CookieChange;
  /** A session of pages has begun: what the browser keeps of it. The door of the pages alone makes cookies of it. */
  readonly page?: PageTokens;
}

export interface PageTokens {
  /** Opens the pages. */
  readonly pageToken: string;
  /** Lets the browser through forward-auth. */
  readonly navigationToken: string;
  readonly deviceToken: string | null;
  readonly expiresAt: Date;
}

/** The state of the tightest limit that the request counted in. */
export interface RateLimitStatus {
  readonly policy: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until a refused try may be repeated, or the bucket is empty again. */
  readonly resetSeconds: number;
}

/** What becomes of the cookies of refresh token and device token. `clear refresh` leaves the one of the device. */
export type CookieChange = 'clear all' | 'clear refresh' | { readonly set: CookieTokens };

export interface CookieTokens {
  readonly refreshToken: string;
  readonly deviceToken: string | null;
  readonly expiresAt: Date;
}
