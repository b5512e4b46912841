import type { Config } from '../config';
import type { Logger } from '../log';

/** Whose page a request comes from, by its `Origin` (RFC 6454 §7.3). `none`: no browser's page, or a GET from the gateway's own. */
export type PageOrigin = 'none' | 'own' | 'allowed' | 'foreign';

/** Who may call from a browser. */
export interface Origins {
  /** Whether there may be an allowed one: answers depend on the origin then. */
  readonly anyAllowed: boolean;
  readonly judge: (origin: string | undefined) => PageOrigin;
  /** Whether the gateway may keep tokens in cookies: browsers take `__Host-` ones over TLS and from this machine alone. */
  readonly canKeepTokens: () => boolean;
}

/**
 * An origin is compared as a whole and as the browser writes it, so that one that only begins or ends like an allowed one, or has another
 * port, is foreign. In development every page of this machine may call: no setting stands between a newcomer and a first request.
 */
export function createOrigins({ corsOrigins, production }: Pick<Config, 'corsOrigins' | 'production'>, publicUrl: () => string): Origins {
  const own = ownOrigin();
  const isAllowed = (origin: string): boolean => corsOrigins.includes(origin) || (!production && loopback.test(origin));
  return {
    anyAllowed: corsOrigins.length > 0 || !production,
    judge: (origin) => {
      if (origin === undefined) return 'none';
      if (origin === own(publicUrl()).origin) return 'own';
      return isAllowed(origin) ? 'allowed' : 'foreign';
    },
    canKeepTokens: () => own(publicUrl()).canKeepTokens,
  };
}

const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

interface OwnOrigin {
  readonly publicUrl: string;
  readonly origin: string;
  readonly canKeepTokens: boolean;
}

/** Read again only when the URL has changed, as it does once the port is known. */
function ownOrigin(): (publicUrl: string) => OwnOrigin {
  let known: OwnOrigin | undefined;
  return (publicUrl) => {
    if (known?.publicUrl === publicUrl) return known;
    const { origin, protocol, hostname } = new URL(publicUrl);
    const canKeepTokens = protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    known = { publicUrl, origin, canKeepTokens };
    return known;
  };
}

/**
 * Tells of each refused origin once, because the browser alone says so otherwise, in a console that the operator does not see. Who makes
 * origins up fills neither memory nor log: of so many, and of what is no origin at all, nothing is told.
 */
export function createRefusedOrigins(logger: Logger): (origin: string) => void {
  const told = new Set<string>();
  return (origin) => {
    if (told.size >= maxTold || told.has(origin) || !(origin === 'null' || isOrigin(origin))) return;
    told.add(origin);
    logger.warn({ origin }, 'a page of this origin was refused; AUTH_CORS_ORIGINS lists those that may call');
  };
}

const maxTold = 100;

const isOrigin = (origin: string): boolean => origin.length <= 256 && /^[a-z][a-z0-9+.-]*:\/\/[\w.:[\]-]+$/i.test(origin);
