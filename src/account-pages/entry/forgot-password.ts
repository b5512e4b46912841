import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { button, field, form, hidden } from '../view/form';

/** Asks for a code for a new password. The answer is the same for every address. */
export const forgotPasswordPage: Page = {
  path: '/forgot-password',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo } = visit;
    return card(
      visit,
      tried,
      'forgot.title',
      html`<p>${say('forgot.text')}</p>`,
      form(
        'ask',
        to('/forgot-password'),
        field(visit, tried, { name: 'email', label: 'field.email', autocomplete: 'email', inputmode: 'email' }),
        hidden('return_to', returnTo?.href ?? null),
        button(say('button.sendCode')),
      ),
      ways([to('/login', { return_to: returnTo?.href }), say('link.login')]),
    );
  },
  press: {
    ask: async (visit, { email = '' }) => {
      const { attempt } = await visit.call('requestPasswordReset', { email, locale: visit.language });
      return new Redirect(visit.to('/reset-password', { return_to: visit.returnTo?.href }), { code: { purpose: 'RESET', attempt, email } });
    },
  },
};
