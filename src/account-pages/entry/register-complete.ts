import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields, newAccount } from '../view/fields';
import { field, form, hidden, notice } from '../view/form';

/** The code has come, or its link (`token`, see ../link.ts): now the account is made. */
export const registerCompletePage: Page = {
  path: '/register/complete',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
    const token = tried?.fields.token;
    if (token !== undefined)
      return card(visit, tried, 'register.title', form('complete', to('/register/complete'), newAccount(visit, tried, token)));
    if (flow.code?.purpose !== 'REGISTER') return new Redirect(to('/register', { return_to: returnTo?.href }));
    return card(
      visit,
      tried,
      'register.title',
      tried === null ? notice(say('code.sent', { email: flow.code.email ?? '' })) : null,
      form(
        'complete',
        to('/register/complete'),
        field(visit, tried, codeFields.mail),
        newAccount(visit, tried, null),
        hidden('return_to', returnTo?.href ?? null),
      ),
      ways([to('/register', { return_to: returnTo?.href }), say('link.again')]),
    );
  },
  press: {
    complete: async (visit, { token, code = '', username = '', password = '' }) => {
      const { attempt = '' } = visit.flow.code ?? {};
      const proof = token === undefined ? { attempt, code } : { token };
      await visit.call('completeRegistration', { ...proof, username, password, locale: visit.language });
      return entered(visit);
    },
  },
};
