import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/** The password was right, and there is a second factor: the code of an app, or one of the recovery codes. */
export const secondFactorPage: Page = {
  path: '/login/second-factor',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow, query } = visit;
    const toLogin = to('/login', { return_to: returnTo?.href });
    if (flow.login === undefined) return new Redirect(toLogin);
    const { methods = [] } = flow.login;
    if (methods.length > 0 && methods.every((method) => method === 'PASSKEY'))
      return card(visit, tried, 'secondFactor.title', html`<p>${say('confirm.elsewhere')}</p>`, ways([toLogin, say('link.otherAccount')]));
    const hasApp = flow.login.methods?.includes('TOTP') ?? true;
    const hasRecoveryCodes = flow.login.methods?.includes('RECOVERY_CODE') ?? true;
    const byRecovery = !hasApp || (tried === null ? query.get('by') === 'recovery' : tried.fields.do === 'recovery');
    const back = { return_to: returnTo?.href };
    return card(
      visit,
      tried,
      'secondFactor.title',
      tried === null && query.get('added') !== null ? notice(say('secondFactor.added')) : null,
      form(
        byRecovery ? 'recovery' : 'totp',
        to('/login/second-factor'),
        byRecovery
          ? field(visit, tried, { ...codeFields.recovery, hint: say('hint.recoveryCode') })
          : field(visit, tried, { ...codeFields.totp, hint: say('hint.totp') }),
        hidden('return_to', returnTo?.href ?? null),
        button(say('login.button')),
      ),
      ways(
        byRecovery
          ? hasApp
            ? [to('/login/second-factor', back), say('link.totp')]
            : null
          : hasRecoveryCodes
            ? [to('/login/second-factor', { ...back, by: 'recovery' }), say('link.recovery')]
            : null,
        [toLogin, say('link.otherAccount')],
      ),
    );
  },
  press: {
    totp: async (visit, { code = '' }) => {
      await visit.call('completeLogin', { challenge: visit.flow.login?.challenge ?? '', totp: code });
      return entered(visit);
    },
    recovery: async (visit, { code = '' }) => {
      await visit.call('completeLogin', { challenge: visit.flow.login?.challenge ?? '', recoveryCode: code });
      return entered(visit);
    },
  },
};
