import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { appToScan } from '../view/app-to-scan';
import { cards } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form } from '../view/form';

/** An authenticator app: a secret to scan or to type, then the first code of it. */
export const totpPage: Page = {
  path: '/totp',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, flow } = visit;
    if (flow.totp === undefined || tried?.fields.do === 'start')
      return cards(visit, tried, 'totp.add', html`<p>${say('totp.why')}</p>${form('start', to('/totp'), button(say('totp.start')))}`);
    return cards(
      visit,
      tried,
      'totp.add',
      html`${await appToScan(visit, flow.totp)}${form(
        'confirm',
        to('/totp'),
        field(visit, tried, codeFields.totp),
        html`<label class="check"><input type="checkbox" name="end_others" value="1">${say('totp.endOthers')}</label>\n`,
        button(say('totp.confirm')),
      )}`,
    );
  },
  press: {
    start: async (visit) => {
      const { secret, uri } = await visit.call('startTotp');
      return new Redirect(visit.to('/totp'), { totp: { secret, uri } });
    },
    confirm: async (visit, { code = '', end_others: endOthers }) => {
      const { recoveryCodes } = await visit.call('confirmTotp', { code, endOtherSessions: endOthers !== undefined });
      if (recoveryCodes.length === 0) return new Redirect(visit.to('/security', { done: 'totp' }), { totp: null });
      return new Redirect(visit.to('/recovery-codes', { done: 'totp' }), { totp: null, recoveryCodes });
    },
  },
};
