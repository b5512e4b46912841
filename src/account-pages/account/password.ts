import { html } from '../../html';
import { type Page, Redirect, type Visit } from '../page';
import { cards } from '../view/card';
import { newPassword } from '../view/fields';
import { button, field, form, notice } from '../view/form';

/** Another password: every other session ends. */
export const passwordPage: Page = {
  path: '/password',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, query } = visit;
    const { hasPassword } = await visit.call('profile');
    if (!hasPassword)
      return cards(visit, tried, 'password.title', [
        html`<p>${say('password.none')}</p>`,
        (await isFresh(visit))
          ? form('set', to('/password'), newPassword(visit, tried, 'new_password'), button(say('password.set')))
          : form('begin', to('/password'), button(say('password.set'))),
      ]);
    return cards(visit, tried, 'password.title', [
      tried === null && query.get('done') === 'set' ? notice(say('done.passwordSet')) : null,
      tried === null && query.get('done') === '1'
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
    // Who is there is asked before a password is typed: none waits for the answer.
    begin: async (visit) => {
      const session = await visit.session();
      if (session !== null) await visit.context.freshness.require(session);
      return new Redirect(visit.to('/password'));
    },
    set: async (visit, { new_password: password = '' }) => {
      await visit.call('setPassword', { newPassword: password });
      return new Redirect(visit.to('/password', { done: 'set' }));
    },
    change: async (visit, { current_password: currentPassword = '', new_password: password = '' }) => {
      const { endedSessions } = await visit.call('changePassword', { currentPassword, newPassword: password });
      return new Redirect(visit.to('/password', { done: '1', n: String(endedSessions) }));
    },
  },
};

/** Whether what needs a fresh session may be asked for now. */
async function isFresh({ session, context }: Visit): Promise<boolean> {
  const own = await session();
  return own !== null && context.freshness.isFresh(own);
}
