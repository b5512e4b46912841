import { html } from '../../html';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, notice } from '../view/form';

/** The address has to be proved before the log-in goes on, or its owner wants to prove it now. */
export const verifyEmailPage: Page = {
  path: '/verify-email',
  access: 'public',
  look: async (visit, tried) => {
    const { say, to, flow, query } = visit;
    const session = await visit.session();
    const isAsked = flow.code?.purpose === 'VERIFY';
    if (!isAsked && session === null) return new Redirect(to('/login'));
    return card(
      visit,
      tried,
      'verify.title',
      tried === null && query.get('sent') !== null
        ? notice(say('verify.sent'))
        : html`<p>${session === null ? say('verify.needed') : say('verify.text', { email: session.user.email })}</p>`,
      form('enter', to('/verify-email'), field(visit, tried, codeFields.mail), button(say('verify.button'))),
      html`<div class="more">${form('ask', to('/verify-email'), button(say('button.again'), 'second'))}</div>`,
      ways(session === null ? [to('/login'), say('link.login')] : [to(''), say('link.account')]),
    );
  },
  press: {
    ask: async (visit) => {
      const input = (await visit.session()) === null ? { attempt: visit.flow.code?.attempt ?? '' } : {};
      const { attempt } = await visit.call('requestEmailVerification', input);
      return new Redirect(visit.to('/verify-email', { sent: '1' }), { code: { purpose: 'VERIFY', attempt } });
    },
    enter: async (visit, { code = '' }) => {
      const isIn = (await visit.session()) !== null;
      await visit.call('verifyEmail', isIn ? { code } : { attempt: visit.flow.code?.attempt ?? '', code });
      return new Redirect(isIn ? visit.to('', { done: 'verified' }) : visit.to('/login', { done: 'verified' }), { code: null });
    },
  },
};
