import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { button, form, hidden } from '../view/form';
import { sayDay } from '../view/time';

/** The account is to be deleted, and its owner has logged in: they may keep it. */
export const comeBackPage: Page = {
  path: '/login/come-back',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
    if (flow.login === undefined) return new Redirect(to('/login'));
    const { deletesAt } = flow.login;
    return card(
      visit,
      tried,
      'comeBack.title',
      html`<p>${say('comeBack.text', { day: deletesAt === undefined ? '' : sayDay(visit, new Date(deletesAt)) })}</p>`,
      form('keep', to('/login/come-back'), hidden('return_to', returnTo?.href ?? null), button(say('comeBack.button'))),
      ways([to('/login', { done: 'deleted' }), say('comeBack.leave')]),
    );
  },
  press: {
    keep: async (visit) => {
      await visit.call('completeLogin', { challenge: visit.flow.login?.challenge ?? '' });
      return entered(visit);
    },
  },
};
