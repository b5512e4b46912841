import { html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect, type Shown, type Visit } from '../page';
import { answerIn, optionsFor, passkeyForm, withScript } from '../passkeys/passkey-form';
import { originOf } from '../return-to';
import { card, ways } from '../view/card';
import { button, doneNotice, field, form, hidden, notice } from '../view/form';

/** Where whoever is not logged in is led, and led on from as soon as they are. */
export const loginPage: Page = {
  path: '/login',
  access: 'public',
  look: async (visit, tried) => {
    const { say, to, returnTo, offers } = visit;
    if (tried === null && (await visit.session()) !== null) return leadOn(visit);
    const back = { return_to: returnTo?.href };
    const hasPasskeys = offers.loginMethods.includes('PASSKEY');
    const view = card(
      visit,
      tried,
      'login.title',
      tried === null && visit.query.get('tried') !== null ? notice(say('login.cookie'), 'warn') : null,
      doneNotice(visit, tried, notices),
      doneNotice(visit, tried, { deleted: 'done.deleted' }, 'warn'),
      form(
        'login',
        to('/login'),
        field(visit, tried, {
          name: 'username',
          label: 'field.identifier',
          autocomplete: hasPasskeys ? 'username webauthn' : 'username',
        }),
        field(visit, tried, { name: 'password', label: 'field.password', type: 'password', autocomplete: 'current-password' }),
        hidden('return_to', returnTo?.href ?? null),
        button(say('login.button')),
      ),
      hasPasskeys
        ? passkeyForm(
            visit,
            {
              action: 'passkey',
              to: to('/login'),
              use: 'get',
              button: say('login.passkey'),
              look: 'second',
              isAutofilled: tried?.fields.passkey === undefined,
            },
            hidden('return_to', returnTo?.href ?? null),
          )
        : null,
      offers.providers.map(
        ({ id, name }) =>
          html`<p><a class="button second" href="${to('/login/with', { provider: id, ...back })}">${say('login.with', { name })}</a></p>\n`,
      ),
      ways(
        offers.passwordReset ? [to('/forgot-password', back), say('link.forgot')] : null,
        offers.loginMethods.includes('EMAIL_CODE') ? [to('/login/code', back), say('link.code')] : null,
        offers.registration === 'CLOSED' ? null : [to('/register', back), say('link.register')],
      ),
    );
    return hasPasskeys ? withScript(view) : view;
  },
  press: {
    login: async (visit, { username = '', password = '' }) => {
      await visit.call('login', { username, password });
      return entered(visit);
    },
    passkey: async (visit, fields) => {
      if (!fields.passkey && (await visit.session()) !== null) return leadOn(visit);
      await visit.call('loginWithPasskey', { passkey: answerIn(fields) });
      return entered(visit);
    },
    /** None for whoever has logged in on another tab: those of somebody who is logged in would log nobody in. */
    options: async (visit) => ((await visit.session()) === null ? optionsFor(visit) : new Redirect(visit.to('/login'))),
  },
};

const notices = { password: 'done.password', verified: 'done.verified', logout: 'done.logout' } as const;

/** As long as nobody comes back by themselves, in milliseconds. */
const maxLoopMs = 10_000;

/** Whoever is back at once from where they were led has a cookie that is not seen there: they are told, and not led in a circle. */
function leadOn(visit: Visit): Shown {
  const { returnTo, flow, now, to, say } = visit;
  if (returnTo === null) return new Redirect(to(''));
  const isLoop = flow.led?.to === returnTo.href && now - flow.led.at < maxLoopMs;
  if (!isLoop) return new Redirect(returnTo.href, { led: { to: returnTo.href, at: now } });
  const view = card(
    visit,
    null,
    'loop.title',
    notice(say('loop.text', { host: returnTo.host }), 'warn'),
    ways([to(''), say('link.account')], [returnTo.href, say('loop.again', { host: originOf(returnTo) })]),
  );
  return { ...view, status: 403, flow: { led: null } };
}
