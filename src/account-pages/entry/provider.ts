import { Failure } from '../../errors';
import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect, type View, type Visit } from '../page';
import { card } from '../view/card';

/**
 * Where a provider sends the browser back to: registered there, and no other provider's. A hostile one that leads the browser on to an honest one
 * gets no code of that (mix-up, RFC 9700 §4.4.2.2).
 */
const callbackOf = ({ to, publicOrigin }: Visit, provider: string): string =>
  `${publicOrigin}${to(`/login/with/${encodeURIComponent(provider)}/callback`)}`;

/**
 * Leads to another provider, from a link: nothing is written, and what goes on lies in the browser's own cookie. Whoever is logged in is led there
 * to link it, and only from the form that asks for that: a link of somebody else's would add their way in.
 */
export const providerPage: Page = {
  path: '/login/with',
  access: 'public',
  look: async (visit) => {
    const { flow, query, to, returnTo } = visit;
    if (flow.provider?.url !== undefined) {
      const { url, ...kept } = flow.provider;
      return { ...onward(visit, kept.id, url), flow: { provider: kept } };
    }
    if ((await visit.session()) !== null) return new Redirect(returnTo?.href ?? to(''));
    const provider = query.get('provider') ?? '';
    const started = await visit.call('startProviderLogin', { provider, redirectUri: callbackOf(visit, provider) });
    return new Redirect(started.url, { provider: { id: provider, flow: started.flow, returnTo: returnTo?.href } });
  },
};

/**
 * A page that leads on by itself, and ends what the form of a link began: browsers apply `form-action` to every redirect after a form (CSP3 §6.4.1.1
 * leaves it open), and where a provider leads a browser nobody can list.
 */
function onward(visit: Visit, provider: string, url: string): View {
  const { say, offers } = visit;
  const name = offers.providers.find(({ id }) => id === provider)?.name ?? provider;
  const link = html`<p><a class="button" href="${url}">${say('onward.link', { name })}</a></p>`;
  return { ...card(visit, null, 'onward.title', html`<p>${say('onward.text', { name })}</p>`, link), leadsTo: url };
}

/** Begins to link: of a session that is fresh, by a form of ours. */
export async function beginLink(visit: Visit, provider: string): Promise<Redirect> {
  const session = await visit.session();
  if (session !== null) await visit.context.freshness.require(session);
  const { url, flow } = await visit.call('startProviderLogin', { provider, redirectUri: callbackOf(visit, provider) });
  return new Redirect(visit.to('/login/with'), { provider: { id: provider, flow, url, isLink: true } });
}

/**
 * Where the browser comes back to. A GET that logs in, as OAuth has it: it counts with the cookie of the browser that began, from the provider that
 * was asked, and once.
 */
export const providerCallbackPage: Page = {
  path: '/login/with/:provider/callback',
  access: 'public',
  returnTo: ({ provider }) => provider?.returnTo,
  look: async (visit) => {
    const { flow, query, parameters, to } = visit;
    if (flow.provider === undefined) return new Redirect(to('/login'));
    if (flow.provider.id !== parameters.provider) throw new Failure('INVALID_CODE');
    const input = { flow: flow.provider.flow, response: query.toString() };
    if (flow.provider.isLink) {
      await visit.call('linkIdentity', input);
      return new Redirect(to('/security', { done: 'linked' }), { provider: null });
    }
    await visit.call('completeProviderLogin', input);
    return entered(visit);
  },
};
