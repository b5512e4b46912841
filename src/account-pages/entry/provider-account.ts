import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect } from '../page';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/**
 * The address of whoever came from another provider has an account: its password shows once that it is theirs. Whose account there is linked is told
 * before, because somebody else may be logged in there.
 */
export const linkAccountPage: Page = {
  path: '/login/link',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow, offers } = visit;
    if (flow.login === undefined) return new Redirect(to('/login', { return_to: returnTo?.href }));
    const { provider: id = '', account = '' } = flow.login;
    const provider = offers.providers.find((each) => each.id === id)?.name ?? id;
    return card(
      visit,
      tried,
      'linkAccount.title',
      html`<p>${say('linkAccount.who', { provider, account })}</p>`,
      flow.login.methods?.includes('PASSWORD')
        ? form(
            'link',
            to('/login/link'),
            html`<p>${say('linkAccount.text', { provider, account })}</p>`,
            field(visit, tried, { name: 'password', label: 'field.password', type: 'password', autocomplete: 'current-password' }),
            hidden('return_to', returnTo?.href ?? null),
            button(say('linkAccount.button')),
          )
        : html`<p>${say('linkAccount.otherWay')}</p>`,
      ways([to('/login', { return_to: returnTo?.href }), say('link.otherAccount')]),
    );
  },
  press: {
    link: async (visit, { password = '' }) => {
      await visit.call('completeLogin', { challenge: visit.flow.login?.challenge ?? '', password });
      return entered(visit);
    },
  },
};

/** Somebody new from another provider: a username, and where accounts begin with the mailbox the code of its mail. */
export const newcomerPage: Page = {
  path: '/login/username',
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
    if (flow.login === undefined) return new Redirect(to('/login', { return_to: returnTo?.href }));
    const { attempt, suggestion } = flow.login;
    return card(
      visit,
      tried,
      'register.title',
      tried === null && attempt !== undefined ? notice(say('newcomer.code')) : null,
      form(
        'register',
        to('/login/username'),
        attempt === undefined ? null : field(visit, tried, codeFields.mail),
        field(visit, tried, {
          name: 'username',
          label: 'field.username',
          autocomplete: 'username',
          hint: say('hint.username'),
          value: suggestion ?? null,
        }),
        hidden('return_to', returnTo?.href ?? null),
        button(say('register.button')),
      ),
      ways([to('/login', { return_to: returnTo?.href }), say('link.haveAccount')]),
    );
  },
  press: {
    register: async (visit, { username = '', code }) => {
      const { challenge = '', attempt } = visit.flow.login ?? {};
      await visit.call('completeLogin', { challenge, username, ...(attempt !== undefined && { attempt, code: code ?? '' }) });
      return entered(visit);
    },
  },
};
