import { html } from '../../html';
import { Download, type Page } from '../page';
import { cards } from '../view/card';
import { button, form } from '../view/form';

/** Everything that is kept about somebody, as a file. */
export const exportPage: Page = {
  path: '/export',
  access: 'session',
  look: (visit, tried) =>
    cards(
      visit,
      tried,
      'export.title',
      html`<p>${visit.say('export.text')}</p>${form('export', visit.to('/export'), button(visit.say('export.button')))}`,
    ),
  press: {
    export: async (visit) => new Download('account.json', await visit.call('accountExport')),
  },
};
