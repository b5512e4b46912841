import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect, type Tried, type View, type Visit } from '../page';
import { card, ways } from '../view/card';
import { newPassword } from '../view/fields';
import { button, field, form, hidden } from '../view/form';

/** An account for somebody new: at once, or after the address was proved, or by operators alone, as AUTH_REGISTRATION says. */
export const registerPage: Page = {
  path: '/register',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, offers } = visit;
    const toLogin = ways([to('/login', { return_to: returnTo?.href }), say('link.haveAccount')]);
    if (offers.registration === 'CLOSED')
      return { ...card(visit, null, 'register.closed', html`<p>${say('register.closedText')}</p>`, toLogin), status: 403 };
    return offers.registration === 'OPEN' ? openForm(visit, tried, toLogin) : addressForm(visit, tried, toLogin);
  },
  press: {
    register: async (visit, { username = '', email = '', password = '' }) => {
      await visit.call('register', { username, email, password });
      return entered(visit);
    },
    ask: async (visit, { email = '' }) => {
      const { attempt } = await visit.call('requestRegistration', { email, locale: visit.language });
      const code = { purpose: 'REGISTER', attempt, email } as const;
      return new Redirect(visit.to('/register/complete', { return_to: visit.returnTo?.href }), { code });
    },
  },
};

type Ways = ReturnType<typeof ways>;

const openForm = (visit: Visit, tried: Tried | null, toLogin: Ways): View =>
  card(
    visit,
    tried,
    'register.title',
    form(
      'register',
      visit.to('/register'),
      field(visit, tried, { name: 'username', label: 'field.username', autocomplete: 'username', hint: visit.say('hint.username') }),
      field(visit, tried, { name: 'email', label: 'field.email', autocomplete: 'email', inputmode: 'email' }),
      newPassword(visit, tried, 'password'),
      hidden('return_to', visit.returnTo?.href ?? null),
      button(visit.say('register.button')),
    ),
    toLogin,
  );

const addressForm = (visit: Visit, tried: Tried | null, toLogin: Ways): View =>
  card(
    visit,
    tried,
    'register.title',
    html`<p>${visit.say('register.address')}</p>`,
    form(
      'ask',
      visit.to('/register'),
      field(visit, tried, { name: 'email', label: 'field.email', autocomplete: 'email', inputmode: 'email' }),
      hidden('return_to', visit.returnTo?.href ?? null),
      button(visit.say('button.sendCode')),
    ),
    toLogin,
  );
