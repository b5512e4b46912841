import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/** Logging in by a code that is mailed: first the address, then the code. */
export const loginCodePage: Page = {
  path: '/login/code',
  access: 'public',
  returnTo: ({ code }) => code?.returnTo,
  look: (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
    const back = hidden('return_to', returnTo?.href ?? null);
    const asked = flow.code?.purpose === 'LOGIN' ? flow.code : null;
    const toLogin = ways([to('/login', { return_to: returnTo?.href }), say('link.login')]);
    if (asked === null || visit.query.get('again') !== null)
      return card(
        visit,
        tried,
        'loginCode.title',
        form(
          'ask',
          to('/login/code'),
          field(visit, tried, { name: 'email', label: 'field.email', autocomplete: 'email', inputmode: 'email' }),
          back,
          button(say('button.sendCode')),
        ),
        toLogin,
      );
    return card(
      visit,
      tried,
      'loginCode.title',
      tried === null ? notice(say('code.sent', { email: asked.email ?? '' })) : null,
      form('enter', to('/login/code'), field(visit, tried, codeFields.mail), back, button(say('login.button'))),
      ways([to('/login/code', { again: '1', return_to: returnTo?.href }), say('link.again')], [to('/login'), say('link.login')]),
    );
  },
  press: {
    ask: async (visit, { email = '' }) => {
      const { attempt } = await visit.call('requestLoginCode', { email });
      const returnTo = visit.returnTo?.href;
      return new Redirect(visit.to('/login/code', { return_to: returnTo }), { code: { purpose: 'LOGIN', attempt, email, returnTo } });
    },
    enter: async (visit, { code = '' }) => {
      await visit.call('loginWithCode', { attempt: visit.flow.code?.attempt ?? '', code });
      return entered(visit);
    },
  },
};
