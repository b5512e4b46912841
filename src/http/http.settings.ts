import { z } from 'zod';
import { commaSeparated, isLoopback, parseUrl, seconds, wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

/** As a browser writes it into `Origin`: a web page's, or that of an app or an extension, whose scheme has no default port. */
export const origin = z.string().refine((value) => {
  if (/^https?:/i.test(value)) return parseUrl(value)?.origin === value && !value.includes('*');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9_-][A-Za-z0-9._-]*(?::\d{1,5})?$/.exec(value)?.[1];
  return scheme !== undefined && !schemesWithoutPages.has(scheme);
}, 'must be exact origins like https://app.example.com or capacitor://localhost, separated by commas');

/** Pages of these send `Origin: null`, or there are none (HTML §7.1.1). */
const schemesWithoutPages: ReadonlySet<string> = new Set(['about', 'blob', 'data', 'file', 'ftp', 'javascript', 'ws', 'wss']);

const publicUrl = z
  .string()
  .refine((value) => {
    const url = parseUrl(value);
    return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && !url.username && !url.password;
  }, 'must be an http or https URL without a user, a password or a query')
  .transform((value) => value.replace(/\/+$/, ''));

const trustProxy = z
  .string()
  .refine(
    (value) => /^[1-9]\d?$/.test(value) || commaSeparated(value).every(isAddressOrRange),
    'must be a number of hops (1 to 99), or addresses and CIDR ranges separated by commas',
  )
  .transform((value): number | readonly string[] => (/^\d+$/.test(value) ? Number(value) : commaSeparated(value)));

export const listOf = (value: string): string[] => (value === '' ? [] : commaSeparated(value));

/** Where the gateway listens, and what it believes of those who call. */
export const httpSettings = section(
  'Where it listens',
  {
    host: setting(
      'HOST',
      z.string().regex(/^([\w.-]+|[\da-f:.]+(%\w+)?)$/i, 'must be an address or a host name, without a scheme or a port'),
      { default: '127.0.0.1', words: 'the address to listen on' },
    ),
    port: setting('PORT', wholeNumber(0, 65_535), { default: '4000', words: 'the port to listen on; 0 takes a free one' }),
    publicUrl: setting('PUBLIC_URL', publicUrl, {
      shown: '`http://localhost:PORT`',
      words: 'where clients reach the gateway: the issuer of tokens, and the base of links. In production https, but for `localhost`',
    }),
    httpHeadersSeconds: setting('AUTH_HTTP_HEADERS_SECONDS', seconds(1, 300), {
      default: '10',
      words: 'how long the headers of a request may take to arrive; 1 to 300',
    }),
    httpRequestSeconds: setting('AUTH_HTTP_REQUEST_SECONDS', seconds(1, 300), {
      default: '15',
      words: 'how long a whole request may take to arrive; 1 to 300, not less than `AUTH_HTTP_HEADERS_SECONDS`',
    }),
    corsOrigins: setting(
      'AUTH_CORS_ORIGINS',
      z
        .string()
        .transform(listOf)
        .pipe(z.array(origin))
        .transform((list): readonly string[] => list),
      {
        default: '',
        shown: 'none; in development every page of this machine',
        words: 'exact [origins](browsers.md#origins) that browsers may call from, separated by commas',
      },
    ),
    trustProxy: setting('AUTH_TRUST_PROXY', trustProxy, {
      words: 'whose `X-Forwarded-For` is believed: a number of hops, or addresses and CIDR ranges separated by commas',
    }),
  },
  {
    between: ({ production, publicUrl: url, httpHeadersSeconds, httpRequestSeconds }) => [
      ...(production && isOpenHttp(url)
        ? [
            {
              variable: 'PUBLIC_URL',
              rule: 'must be https in production, but for this machine (localhost): tokens and passwords travel to it',
            },
          ]
        : []),
      ...(Number(httpRequestSeconds) < Number(httpHeadersSeconds)
        ? [{ variable: 'AUTH_HTTP_REQUEST_SECONDS', rule: 'must not be shorter than AUTH_HTTP_HEADERS_SECONDS' }]
        : []),
    ],
  },
);

function isOpenHttp(value: unknown): boolean {
  const url = typeof value === 'string' ? parseUrl(value) : null;
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
}

function isAddressOrRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = bitsOf(address);
  if (bits === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
}

const bitsOf = (address: string): 0 | 32 | 128 => {
  if (z.ipv4().safeParse(address).success) return 32;
  return z.ipv6().safeParse(address).success ? 128 : 0;
};

export type HttpSettings = ValuesOf<typeof httpSettings>;
