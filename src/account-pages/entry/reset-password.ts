import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields, newPassword } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/** The code has come, and a new password takes the place of the lost one. Nobody is logged in by it. */
export const resetPasswordPage: Page = {
  path: '/reset-password',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, flow, query, returnTo } = visit;
    const back = { return_to: returnTo?.href };
    if (flow.code?.purpose !== 'RESET') return new Redirect(to('/forgot-password', back));
    const { email } = flow.code;
    const told = query.get('why') === 'distrusted' ? say('reset.distrusted') : say('code.sent', { email: email ?? '' });
    return card(
      visit,
      tried,
      'reset.title',
      tried === null ? notice(told, query.get('why') === null ? 'good' : 'warn') : null,
      form(
        'reset',
        to('/reset-password'),
        field(visit, tried, codeFields.mail),
        newPassword(visit, tried, 'new_password'),
        hidden('return_to', returnTo?.href ?? null),
        button(say('reset.button')),
      ),
      ways([to('/forgot-password', back), say('link.again')], [to('/login', back), say('link.login')]),
    );
  },
  press: {
    reset: async (visit, { code = '', new_password: password = '' }) => {
      await visit.call('resetPassword', { attempt: visit.flow.code?.attempt ?? '', code, newPassword: password });
      return new Redirect(visit.to('/login', { done: 'password', return_to: visit.returnTo?.href }), { code: null });
    },
  },
};
