import { type Html, html } from '../../html';
import type { Profile } from '../../users/profile.schema';
import { beginLink } from '../entry/provider';
import { type Page, Redirect, type Visit } from '../page';
import { passkeysCard } from '../passkeys/passkeys-card';
import type { TextKey } from '../texts/say';
import { cards } from '../view/card';
import { button, doneNotice, form } from '../view/form';
import { identitiesCard } from './identities';
import { sessionList } from './sessions';
import { strengthOf } from './strength';

/** What opens the account, and where it is open. */
export const securityPage: Page = {
  path: '/security',
  access: 'session',
  look: async (visit, tried) => {
    const [profile, passkeys] = [await visit.call('profile'), await visit.call('passkeys')];
    const [identities, sessions] = [await visit.call('identities'), await visit.call('sessions')];
    return cards(
      visit,
      tried,
      'security.title',
      html`${doneNotice(visit, tried, notices)}${strengthOf(visit, profile)}`,
      passwordCard(visit, profile),
      passkeysCard(visit, passkeys),
      totpCard(visit, profile),
      recoveryCard(visit, profile),
      identitiesCard(visit, identities),
      sessionList(visit, sessions),
    );
  },
  press: {
    link: (visit, { provider = '' }) => beginLink(visit, provider),
    unlink: async (visit, { id = '' }) => {
      await visit.call('unlinkIdentity', { id });
      return new Redirect(visit.to('/security', { done: 'unlinked' }));
    },
    end: async (visit, { id = '' }) => {
      await visit.call('revokeSession', { id });
      return new Redirect(visit.to('/security', { done: 'ended' }));
    },
    endOthers: async (visit) => {
      await visit.call('logout', { scope: 'OTHERS' });
      return new Redirect(visit.to('/security', { done: 'ended' }));
    },
    removeTotp: async (visit) => {
      await visit.call('removeTotp');
      return new Redirect(visit.to('/security', { done: 'totpRemoved' }));
    },
  },
};

const passwordCard = ({ say, to }: Visit, { hasPassword }: Profile): Html =>
  html`<h2>${say('field.password')}</h2><p>${say(hasPassword ? 'security.hasPassword' : 'security.noPassword')}</p>
<p><a class="button second" href="${to('/password')}">${say(hasPassword ? 'password.button' : 'password.set')}</a></p>`;

function totpCard({ say, to }: Visit, { secondFactors: { totp } }: Profile): Html {
  if (!totp)
    return html`<h2>${say('totp.title')}</h2><p>${say('totp.why')}</p>
<p><a class="button" href="${to('/totp')}">${say('totp.add')}</a></p>`;
  return html`<h2>${say('totp.title')} <span class="tag">${say('totp.on')}</span></h2>
${form('removeTotp', to('/security'), button(say('totp.remove'), 'danger'))}`;
}

/** Of an app and of passkeys alike. */
function recoveryCard({ say, to }: Visit, { secondFactors: { totp, passkeys, recoveryCodesLeft: n } }: Profile): Html | null {
  if (!totp && passkeys === 0) return null;
  return html`<h2>${say('recovery.title')}</h2><p>${say(n === 1 ? 'recovery.left.one' : 'recovery.left', { n })}</p>
<p><a class="button second" href="${to('/recovery-codes')}">${say('recovery.renew')}</a></p>`;
}

const notices: Readonly<Record<string, TextKey>> = {
  ended: 'done.ended',
  linked: 'done.linked',
  unlinked: 'done.unlinked',
  totp: 'done.totp',
  totpRemoved: 'done.totpRemoved',
  passkey: 'done.passkey',
  passkeyRenamed: 'done.passkeyRenamed',
  passkeyRemoved: 'done.passkeyRemoved',
};
