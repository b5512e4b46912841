import type { ServerOptions } from 'node:http';
import type { Config } from '../config';

/** How often open connections are looked at: a client that is late is cut off within two of these. */
const checkMs = 1_000;

/**
 * How long Node lets a client take to send a request. Node looks at the connections every 30 s when it is not told otherwise, and swaps the
 * two times where the first is the larger: a body of one byte a second lived for 60 to 90 s. ASVS 5.0 15.2.2; Slowloris, R.U.D.Y.
 */
export const slowRequestLimits = ({
  httpHeadersSeconds,
  httpRequestSeconds,
}: Pick<Config, 'httpHeadersSeconds' | 'httpRequestSeconds'>): Pick<
  ServerOptions,
  'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'
> => ({
  headersTimeout: httpHeadersSeconds * 1_000,
  requestTimeout: httpRequestSeconds * 1_000,
  connectionsCheckingInterval: checkMs,
});
