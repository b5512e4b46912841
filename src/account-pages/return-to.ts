import { isUnder, type PagesSettings } from './pages.settings';

/** Where pages may send a browser back to. */
export interface ReturnTo {
  /**
   * The address as a whole, or null for what is dropped: what is neither a path of this host, nor of an origin of AUTH_RETURN_ORIGINS, nor of a
   * host of AUTH_COOKIE_DOMAIN.
   */
  readonly allowed: (wish: string | null | undefined) => URL | null;
}

export type ReturnSettings = Pick<PagesSettings, 'returnOrigins' | 'cookieDomain'> & { readonly corsOrigins: readonly string[] };

/** Longer than any that a proxy passes on. */
const maxLength = 2_048;

/** Browsers leave tabs and line ends out of an address, and take a backslash for a slash (URL standard §4.4): what has one is dropped. */
const isPlain = (wish: string): boolean => wish.length <= maxLength && !/[\p{Cc}\\\s]/u.test(wish);

export function createReturnTo({ returnOrigins, corsOrigins, cookieDomain }: ReturnSettings, publicUrl: () => string): ReturnTo {
  const origins = returnOrigins ?? corsOrigins;
  const isAllowed = (url: URL): boolean => {
    if (origins.includes(originOf(url)) || url.origin === new URL(publicUrl()).origin) return true;
    return cookieDomain !== undefined && isSafe(url) && isName(url.hostname) && isUnder(url.hostname, cookieDomain);
  };
  /** The URL standard lets `;`, `,` and `*` stand in a host, and the host goes into the page's Content-Security-Policy. */
  const isName = (host: string): boolean => /^[a-z0-9.-]+$/.test(host);
  /** A page of this domain is believed where its connection is: over TLS, but for a machine of one's own. */
  const isSafe = ({ protocol }: URL): boolean => protocol === new URL(publicUrl()).protocol;
  return {
    allowed: (wish) => {
      if (wish == null || !isPlain(wish)) return null;
      if (wish.startsWith('/') && !wish.startsWith('//')) return new URL(wish, new URL(publicUrl()).origin);
      const url = URL.canParse(wish) ? new URL(wish) : null;
      return url !== null && url.username === '' && url.password === '' && isAllowed(url) ? url : null;
    },
  };
}

/** As a browser writes it into `Origin`. Schemes of apps have none in the URL standard. */
export const originOf = ({ origin, protocol, host }: URL): string => (origin === 'null' ? `${protocol}//${host}` : origin);
