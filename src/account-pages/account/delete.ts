import { html } from '../../html';
import { gone } from '../flow';
import { type Page, Redirect } from '../page';
import { cards } from '../view/card';
import { button, form } from '../view/form';

/** Leaving. What can be taken back is said before it is done. */
export const deletePage: Page = {
  path: '/delete',
  access: 'session',
  look: (visit, tried) => {
    const { say, to } = visit;
    return cards(
      visit,
      tried,
      'delete.title',
      html`<ul><li>${say('delete.sessions')}</li><li>${say('delete.later')}</li><li>${say('delete.mail')}</li></ul>
<p><a href="${to('/export')}">${say('delete.export')}</a></p>
${form('delete', to('/delete'), button(say('delete.button'), 'danger'))}`,
    );
  },
  press: {
    delete: async (visit) => {
      await visit.call('deleteAccount');
      return new Redirect(visit.to('/login', { done: 'deleted' }), gone, true);
    },
  },
};
