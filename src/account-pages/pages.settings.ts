import { z } from 'zod';
import { listOf, origin } from '../http/http.settings';
import { onOff, parseUrl } from '../settings/rules';
import { type Fault, type SettingValues, section, setting, type ValuesOf } from '../settings/setting';

const domain = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'must be a domain such as example.com, without a dot before it',
  );

export const pagesSettings = section(
  'Pages for people',
  {
    pages: setting('AUTH_PAGES', onOff, {
      default: 'on',
      words: 'the [hosted pages](pages.md) under `/account`: logging in, registering, the account; `off`: none of their paths is there',
    }),
    pagesDirectory: setting('AUTH_PAGES_DIR', z.string().max(4096, 'must be the path of a folder'), {
      words:
        'a folder with `theme.css`, `logo.svg` and texts (`en.json`, `de.json`) of the [pages](pages.md#your-own-look). It is read at the start, and every fault of it is listed',
    }),
    returnOrigins: setting(
      'AUTH_RETURN_ORIGINS',
      z
        .string()
        .transform(listOf)
        .pipe(z.array(origin))
        .transform((list): readonly string[] => list),
      {
        shown: '`AUTH_CORS_ORIGINS`',
        words:
          'exact origins that the pages (`return_to`) and [other providers](providers.md) may send a browser back to, separated by commas; every other one is dropped',
      },
    ),
    cookieDomain: setting('AUTH_COOKIE_DOMAIN', domain, {
      words:
        'whoever logs in on the pages is let through [forward-auth](forward-auth.md#people) on every host of this domain, which has to hold the host of `PUBLIC_URL`; each of these hosts is sent the cookie and can set it, so all have to be trusted as the gateway is. Without it on that host alone',
    }),
  },
  { between: faultsOfPages },
);

/** Browsers drop a cookie of a domain that its sender is not in (RFC 6265bis §5.7). */
function faultsOfPages({ cookieDomain, publicUrl }: SettingValues): Fault[] {
  const host = typeof publicUrl === 'string' ? parseUrl(publicUrl)?.hostname : undefined;
  if (typeof cookieDomain !== 'string' || host === undefined || isUnder(host, cookieDomain)) return [];
  return [{ variable: 'AUTH_COOKIE_DOMAIN', rule: 'must be the host of PUBLIC_URL, or a domain that it is in' }];
}

/** Whether a host is a domain, or in it. */
export const isUnder = (host: string, wide: string): boolean => host === wide || host.endsWith(`.${wide}`);

export type PagesSettings = ValuesOf<typeof pagesSettings>;
