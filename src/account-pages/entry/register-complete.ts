import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields, newPassword } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/** The code has come: now the account is made. */
export const registerCompletePage: Page = {
  path: '/register/complete',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
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
        field(visit, tried, { name: 'username', label: 'field.username', autocomplete: 'username', hint: say('hint.username') }),
        newPassword(visit, tried, 'password'),
        hidden('return_to', returnTo?.href ?? null),
        button(say('register.button')),
      ),
      ways([to('/register', { return_to: returnTo?.href }), say('link.again')]),
    );
  },
  press: {
    complete: async (visit, { code = '', username = '', password = '' }) => {
      const { attempt = '' } = visit.flow.code ?? {};
      await visit.call('completeRegistration', { attempt, code, username, password, locale: visit.language });
      return entered(visit);
    },
  },
};
