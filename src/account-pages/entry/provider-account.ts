import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect, type Visit } from '../page';
import { answerIn, optionsFor, passkeyForm, withScript } from '../passkeys/passkey-form';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

/**
 * The address of whoever came from another provider has an account: its password or a passkey shows once that it is theirs. Whose account there is linked is told
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
    const { methods = [] } = flow.login;
    const back = hidden('return_to', returnTo?.href ?? null);
    const password = form(
      'link',
      to('/login/link'),
      field(visit, tried, { name: 'password', label: 'field.password', type: 'password', autocomplete: 'current-password' }),
      back,
      button(say('linkAccount.button')),
    );
    const passkey = { action: 'passkey', to: to('/login/link'), use: 'get', button: say('passkey.use') } as const;
    const look = methods.includes('PASSWORD') ? 'second' : 'main';
    const view = card(
      visit,
      tried,
      'linkAccount.title',
      html`<p>${say('linkAccount.who', { provider, account })}</p>`,
      html`<p>${say(methods.length === 0 ? 'linkAccount.otherWay' : 'linkAccount.text', { provider, account })}</p>`,
      methods.includes('PASSWORD') ? password : null,
      methods.includes('PASSKEY') ? passkeyForm(visit, { ...passkey, look }, back) : null,
      ways([to('/login', { return_to: returnTo?.href }), say('link.otherAccount')]),
    );
    return methods.includes('PASSKEY') ? withScript(view) : view;
  },
  press: {
    link: (visit, { password = '' }) => link(visit, { password }),
    passkey: (visit, fields) => link(visit, { passkey: answerIn(fields) }),
    options: (visit) => optionsFor(visit, { challenge: visit.flow.login?.challenge ?? '' }),
  },
};

async function link(visit: Visit, proof: object): Promise<Redirect> {
  await visit.call('completeLogin', { challenge: visit.flow.login?.challenge ?? '', ...proof });
  return entered(visit);
}

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
