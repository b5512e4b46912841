import { type Html, html } from '../../html';
import type { Identity } from '../../identities/identity.schema';
import type { Visit } from '../page';
import { button, form, hidden } from '../view/form';

/** The other providers that open the account, and those that may. Null: there are none. */
export function identitiesCard({ say, to, offers }: Visit, identities: readonly Identity[]): Html | null {
  if (offers.providers.length === 0 && identities.length === 0) return null;
  const nameOf = (provider: string): string => offers.providers.find(({ id }) => id === provider)?.name ?? provider;
  const linked = identities.map(
    ({ id, provider, email }) => html`<div class="row"><p>${nameOf(provider)} <span class="quiet">${email ?? ''}</span></p>
${form('unlink', to('/security'), hidden('id', id), button(say('providers.unlink'), 'danger'))}</div>
`,
  );
  const further = offers.providers
    .filter(({ id }) => !identities.some(({ provider }) => provider === id))
    .map(({ id, name }) => form('link', to('/security'), hidden('provider', id), button(say('providers.link', { name }), 'second')));
  return html`<h2>${say('providers.title')}</h2><p>${say('providers.text')}</p>${linked}${further}`;
}
