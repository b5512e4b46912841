import { isIP } from 'node:net';
import { isLoopback } from '../settings/rules';

/** Whether browsers take passkeys for a page there: https and a name, or this machine by its name (WebAuthn L3 §5.1.3, §5.1.4). */
export function canBeRelyingParty(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return false;
  return protocol === 'https:' || isLoopback(hostname);
}

/** Whether `domain` is the host, or a parent of it with a dot: a registrable one, which browsers see to. */
export const isDomainOf = (domain: string, host: string): boolean =>
  host === domain || (host.endsWith(`.${domain}`) && (domain.includes('.') || domain === 'localhost'));
