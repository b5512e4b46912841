import type { Clock } from '../clock';
import type { Config } from '../config';
import type { MailLanguage } from '../mail/texts/languages';
import { type AuthConfig, authConfigOf } from '../mailbox/auth-config';
import type { Execute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import type { Providers } from '../providers/provider';
import type { Secrets } from '../secrets';
import { createDoor, type Door, type PageAnswer } from './door';
import { type Flow, readFlow, writeFlow } from './flow';
import type { Page } from './page';
import { accountPages } from './pages';
import { createReturnTo, originOf } from './return-to';
import { createSay, type Say } from './texts/say';
import type { Theme } from './theme/open-theme';
import { documentOf, type Frame, frameOf, pagePolicy, permissionsOf } from './view/document';
import { navOf } from './view/nav';

/** The pages, as HTTP serves them. */
export interface OpenPages {
  readonly list: readonly Page[];
  readonly door: Door;
  readonly frame: () => Frame;
  readonly sayIn: Readonly<Record<MailLanguage, Say>>;
  /** What this gateway offers. */
  readonly offers: AuthConfig;
  readonly theme: Theme;
  /** The whole document of an answer that is one, and what its policy has to allow. */
  readonly render: (answer: PageAnswer) => { readonly document: string; readonly policy: string; readonly permissions: string } | null;
  readonly readFlow: (cookie: string | undefined) => Flow;
  readonly writeFlow: (flow: Flow) => string | null;
  /** Whether a request came under the name that PUBLIC_URL has: cookies and passkeys belong to one. */
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly publicOrigin: () => string;
  /** The path of PUBLIC_URL, without a slash at the end. */
  readonly base: () => string;
  readonly cookieDomain: string | undefined;
}

interface Dependencies {
  readonly config: Config;
  readonly publicUrl: () => string;
  readonly providers: Providers;
  readonly theme: Theme;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly execute: Execute;
  readonly operations: readonly BoundOperation[];
}

export function createPages({ config, publicUrl, providers, theme, secrets, clock, execute, operations }: Dependencies): OpenPages {
  const frame = frameOf(theme, publicUrl);
  const base = (): string => frame().base;
  const offers = authConfigOf(config, providers, publicUrl());
  const sayIn = { en: createSay(theme.texts.en), de: createSay(theme.texts.de) };
  const door = createDoor({
    execute,
    operations,
    offers,
    sayIn,
    returnTo: createReturnTo(config, publicUrl),
    base,
    publicOrigin: () => new URL(publicUrl()).origin,
    now: clock.now,
    pages: accountPages,
  });
  return {
    list: accountPages,
    door,
    frame,
    sayIn,
    offers,
    theme,
    render: ({ shown, visit, page, isError }) => {
      if (!('body' in shown)) return null;
      const { language, say } = visit;
      const title = isError ? `${say('problem.error')}: ${shown.title}` : shown.title;
      const nav = shown.nav ? navOf(visit, page.path) : null;
      const { hasScript } = shown;
      const leads = shown.formOrigin == null || shown.formOrigin.origin === new URL(publicUrl()).origin ? null : originOf(shown.formOrigin);
      return {
        document: documentOf(frame(), { language, title, nav, body: shown.body, skip: say('nav.skip'), leadsTo: shown.leadsTo, hasScript }),
        policy: pagePolicy({ forms: `'self'${leads === null ? '' : ` ${leads}`}`, hasScript }),
        permissions: permissionsOf(hasScript),
      };
    },
    readFlow: (cookie) => readFlow(cookie, secrets),
    writeFlow: (flow) => writeFlow(flow, secrets),
    isOwnHost: (host) => host !== undefined && host.toLowerCase() === new URL(publicUrl()).host,
    publicOrigin: () => new URL(publicUrl()).origin,
    base,
    cookieDomain: config.cookieDomain,
  };
}
