import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { cards } from '../view/card';
import { newPassword } from '../view/fields';
import { button, field, form, notice } from '../view/form';

/** Another password: every other session ends. */
export const passwordPage: Page = {
  path: '/password',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, query, offers } = visit;
    const { hasPassword } = await visit.call('profile');
    if (!hasPassword)
      return cards(
        visit,
        tried,
        'password.title',
        html`<p>${say('password.none')}</p>${offers.passwordReset ? html`<p><a href="${to('/forgot-password')}">${say('password.set')}</a></p>` : null}`,
      );
    return cards(visit, tried, 'password.title', [
      tried === null && query.get('done') !== null
        ? notice(say('done.passwordChanged', { n: query.get('n')?.replaceAll(/\D/g, '') ?? '' }))
        : html`<p>${say('password.text')}</p>`,
      form(
        'change',
        to('/password'),
        field(visit, tried, {
          name: 'current_password',
          label: 'field.currentPassword',
          type: 'password',
          autocomplete: 'current-password',
        }),
        newPassword(visit, tried, 'new_password'),
        button(say('password.button')),
      ),
    ]);
  },
  press: {
    change: async (visit, { current_password: currentPassword = '', new_password: password = '' }) => {
      const { endedSessions } = await visit.call('changePassword', { currentPassword, newPassword: password });
      return new Redirect(visit.to('/password', { done: '1', n: String(endedSessions) }));
    },
  },
};
