import type { Config } from '../config';
import { isLoopback, parseUrl } from '../settings/rules';

/**
 * Whether a provider may send a browser there: a page of the gateway's own origin, or of an allowed one, in development of this machine too. A code
 * in a query is worth nothing without its flow, and goes to nobody else's page all the same (RFC 9700 §4.1).
 */
export function isReturnUri(
  value: string,
  { returnOrigins, corsOrigins, production }: Pick<Config, 'returnOrigins' | 'corsOrigins' | 'production'>,
  publicUrl: string,
): boolean {
  const url = parseUrl(value);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return false;
  const origin = originOf(url);
  if (origin === originOf(new URL(publicUrl)) || (returnOrigins ?? corsOrigins).includes(origin)) return true;
  return !production && /^https?:$/.test(url.protocol) && isLoopback(url.hostname);
}

/** An app's own scheme has no origin for Node (`null`). */
const originOf = ({ protocol, host, origin }: URL): string => (/^https?:$/.test(protocol) ? origin : `${protocol}//${host}`);
