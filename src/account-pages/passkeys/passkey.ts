import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { cards } from '../view/card';
import { button, field, form, hidden } from '../view/form';

const path = '/passkey';

/** One of somebody's own passkeys: another name, or away with it. */
export const passkeyPage: Page = {
  path,
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, query } = visit;
    const wanted = tried?.fields.id ?? query.get('id');
    const passkey = (await visit.call('passkeys')).find(({ id }) => id === wanted);
    if (passkey === undefined) {
      if (tried !== null) throw tried.failure;
      return new Redirect(to('/security'));
    }
    const { id, name } = passkey;
    return cards(
      visit,
      tried,
      'passkey.title',
      form(
        'rename',
        to(path),
        hidden('id', id),
        field(visit, tried, { name: 'name', label: 'field.passkeyName', autocomplete: 'off', value: name }),
        button(say('button.save')),
      ),
      html`<h2>${say('passkeys.remove')}</h2><p>${say('passkeys.removeText')}</p>
${form('remove', to(path), hidden('id', id), button(say('passkeys.remove'), 'danger'))}`,
    );
  },
  press: {
    rename: async (visit, { id = '', name = '' }) => {
      await visit.call('renamePasskey', { id, name });
      return new Redirect(visit.to('/security', { done: 'passkeyRenamed' }));
    },
    remove: async (visit, { id = '' }) => {
      await visit.call('removePasskey', { id });
      return new Redirect(visit.to('/security', { done: 'passkeyRemoved' }));
    },
  },
};
