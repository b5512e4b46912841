import type { Headers } from './original-request';

/** As `http/effect-headers.ts` sets it. */
const name = '__Secure-gatehouse_nav';

/** What lets a browser through, as its proxy passes it on. Null: none, or several, of which one may be somebody else's. */
export function navigationCookieOf({ cookie }: Headers): string | null {
  const header = typeof cookie === 'string' ? cookie : '';
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}
