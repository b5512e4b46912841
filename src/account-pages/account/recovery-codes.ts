import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { cards } from '../view/card';
import { codesToKeep } from '../view/codes-to-keep';
import { button, doneNotice, form } from '../view/form';

/** Codes for whoever has lost the authenticator app or the passkey: shown until they are said to be kept, and never again. */
export const recoveryCodesPage: Page = {
  path: '/recovery-codes',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, flow } = visit;
    const codes = flow.recoveryCodes;
    if (codes !== undefined)
      return cards(
        visit,
        tried,
        'recovery.title',
        html`${doneNotice(visit, tried, { totp: 'done.totp', passkey: 'done.passkey' })}${codesToKeep(visit, codes)}${form('kept', to('/recovery-codes'), button(say('recovery.kept')))}`,
      );
    const { totp, passkeys, recoveryCodesLeft: left } = (await visit.call('profile')).secondFactors;
    if (!totp && passkeys === 0) return new Redirect(to('/security'));
    return cards(
      visit,
      tried,
      'recovery.title',
      html`<p>${say(left === 1 ? 'recovery.left.one' : 'recovery.left', { n: left })}</p><p>${say('recovery.renewText')}</p>
${form('renew', to('/recovery-codes'), button(say('recovery.renew')))}`,
    );
  },
  press: {
    renew: async (visit) => {
      const { recoveryCodes } = await visit.call('renewRecoveryCodes');
      return new Redirect(visit.to('/recovery-codes'), { recoveryCodes });
    },
    kept: async (visit) => new Redirect(visit.to('/security'), { recoveryCodes: null }),
  },
};
