import { html } from '../../html';
import { gone } from '../flow';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { button, form } from '../view/form';

/** A button: a link that logs out could be hidden in any picture. */
export const logoutPage: Page = {
  path: '/logout',
  access: 'session',
  look: (visit, tried) => {
    const { say, to } = visit;
    return card(
      visit,
      tried,
      'logout.title',
      html`<p>${say('logout.text')}</p>`,
      form('logout', to('/logout'), button(say('logout.button'))),
      ways([to(''), say('link.account')]),
    );
  },
  press: {
    logout: async (visit) => {
      await visit.call('logout', { scope: 'CURRENT' });
      return new Redirect(visit.to('/login', { done: 'logout' }), gone, true);
    },
  },
};
