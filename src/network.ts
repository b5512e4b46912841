import { isIP } from 'node:net';
import type { Requester } from './requester';

/** The network that one client can take addresses from: IPv4 /24, IPv6 /64. Those without an address share one. */
export function networkPrefix({ ipAddress }: Pick<Requester, 'ipAddress'>): string {
  if (ipAddress === null) return 'none';
  if (!ipAddress.includes(':')) return `${ipAddress.split('.').slice(0, 3).join('.')}.0/24`;
  return `${expandIpv6(ipAddress).slice(0, 4).join(':')}::/64`;
}

/** The IPv6 /48 that an end site gets (RFC 6177), and may take 65,536 networks from. Null: IPv4, or no address. */
export function networkSite({ ipAddress }: Pick<Requester, 'ipAddress'>): string | null {
  return ipAddress?.includes(':') ? `${expandIpv6(ipAddress).slice(0, 3).join(':')}::/48` : null;
}

/** The networks that a client is in, from the widest to the narrowest: whose turn it is. */
export function networksOf(requester: Pick<Requester, 'ipAddress'>): string[] {
  const site = networkSite(requester);
  return [...(site === null ? [] : [site]), networkPrefix(requester)];
}

/**
 * The address in its one spelling, so that it has one budget: IPv6 in its shortest (RFC 5952), `::ffff:192.0.2.1` in any
 * spelling as 192.0.2.1 (RFC 4291 §2.5.5.2), without a zone index, and without the port that some proxies add and a
 * client could vary. Null for what is no address: those share one bucket.
 */
export function normalAddress(address: string | undefined): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+)(?::\d+)?)$/.exec(address ?? '') ?? [];
  const [text = ''] = (bracketed ?? plain ?? address ?? '').split('%');
  if (isIP(text) !== 6) return isIP(text) === 4 ? text : null;
  const shortest = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

function expandIpv6(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16));
}
