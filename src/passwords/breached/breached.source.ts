import { z } from 'zod';
import { isLoopback, parseUrl } from '../../settings/rules';

/** Where breached passwords are looked up: a file of this machine, or a service of hash ranges. */
export type BreachedSource = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'range'; readonly url: string };

/** What becomes of a password that cannot be looked up: it passes, or it is UNAVAILABLE. */
export type BreachedFail = 'open' | 'closed';

/** As AUTH_BREACHED_PASSWORDS writes it; null: it is wrong. */
export function parseBreachedSource(text: string): BreachedSource | null {
  const [, kind, rest = ''] = /^(file|range):(.+)$/s.exec(text) ?? [];
  if (kind === 'file' && rest.length <= 4096) return { kind, path: rest };
  return kind === 'range' && isRangeUrl(rest) ? { kind, url: rest } : null;
}

export const breachedSource = z
  .string()
  .refine(
    (text) => parseBreachedSource(text) !== null,
    'must be file:PATH, or range:URL with https (http on a loopback host alone), without user, query or fragment',
  );

function isRangeUrl(text: string): boolean {
  const url = parseUrl(text);
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
