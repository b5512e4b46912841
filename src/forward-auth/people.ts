import { createReturnTo } from '../account-pages/return-to';
import type { Config } from '../config';
import type { RequestContext } from '../context';
import { Failure } from '../errors';
import { pageHeaders } from '../http/security-headers';
import type { Verdict } from '../proofs/proofs';
import { Reply } from '../rest/route';
import type { SessionCheck } from '../sessions/session.check';
import { navigationCookieOf } from './navigation-cookie';
import { type Headers, isNavigation, type OriginalRequest } from './original-request';
import { toConfirm, toSignIn } from './sign-in';

/** What forward-auth knows of people: whose cookie lets them through, and where they are led. */
export interface People {
  /** The context of whoever asks: by the header, or by the cookie of a log-in on the pages. `isPerson`: it was the cookie. */
  readonly asking: (context: RequestContext, original: OriginalRequest, headers: Headers) => Asking;
  /** Where a refusal leads a person: to the page that asks for what is missing, or to one that says why not. Null: it stays a refusal. */
  readonly lead: (failure: Failure, asking: Asking, original: OriginalRequest, headers: Headers) => Promise<Reply | null>;
}

export interface Asking {
  readonly context: RequestContext;
  readonly isPerson: boolean;
}

/** A page for somebody who is logged in and may not go there. */
export type DeniedPage = (username: string, context: RequestContext) => { readonly document: string; readonly policy: string };

interface Dependencies {
  readonly config: Config;
  readonly publicUrl: () => string;
  readonly sessionCheck: Pick<SessionCheck, 'authenticatePage'>;
  /** Null: there are no pages. */
  readonly denied: DeniedPage | null;
}

export function createPeople({ config, publicUrl, sessionCheck, denied }: Dependencies): People {
  const returnTo = createReturnTo(config, publicUrl);
  const signInUrl = (): string | undefined => config.signInUrl ?? (denied === null ? undefined : `${publicUrl()}/account/login`);
  /** What our own pages would drop they are not told. A page of somebody else's judges by itself. */
  const placeOf = ({ url }: OriginalRequest): string | null =>
    config.signInUrl === undefined ? (returnTo.allowed(url)?.href ?? null) : url;

  /** A browser sends the cookie for any page of the domain: a request that may change something has to come from an allowed one. */
  const requireAllowedPage = ({ method }: OriginalRequest, { origin }: Headers): void => {
    const isReading = ['GET', 'HEAD', 'OPTIONS'].includes(method);
    if (origin === undefined ? isReading : typeof origin === 'string' && returnTo.allowed(origin) !== null) return;
    throw new Failure('FORBIDDEN', { issues: [{ path: 'origin', message: 'must be an allowed place, to use the cookie of a log-in' }] });
  };

  return {
    asking: (context, original, headers) => {
      const cookie = navigationCookieOf(headers);
      if (denied === null || cookie === null || headers.authorization !== undefined) return { context, isPerson: false };
      let verdict: Promise<Verdict> | undefined;
      const judged = async (): Promise<Verdict> => {
        requireAllowedPage(original, headers);
        return sessionCheck.authenticatePage(cookie, 'navigation');
      };
      return {
        isPerson: true,
        context: {
          ...context,
          verdict: () => {
            verdict ??= judged();
            return verdict;
          },
        },
      };
    },
    lead: async (failure, { context, isPerson }, original, headers) => {
      const at = signInUrl();
      if (at === undefined || !isNavigation(original, headers)) return null;
      if (failure.code === 'UNAUTHENTICATED') return toSignIn(at, { ...original, url: placeOf(original) }, failure.details.reason);
      if (!isPerson) return null;
      if (failure.code === 'REAUTHENTICATION_REQUIRED')
        return toConfirm(`${publicUrl()}/account/confirm`, { ...original, url: placeOf(original) }, failure);
      const verdict = failure.code === 'FORBIDDEN' && original.takesRedirect ? await context.verdict().catch(() => null) : null;
      return verdict?.accepted && denied !== null ? toDenied(denied(verdict.session.user.username, context)) : null;
    },
  };
}

const toDenied = ({ document, policy }: ReturnType<DeniedPage>): Reply =>
  new Reply(
    403,
    { ...pageHeaders, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, 'cache-control': 'no-store' },
    document,
  );
