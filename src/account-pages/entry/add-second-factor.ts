import { type Html, html } from '../../html';
import { Data, type Page, Redirect, type Visit } from '../page';
import { answerIn, passkeyForm, withScript } from '../passkeys/passkey-form';
import { appToScan } from '../view/app-to-scan';
import { card, ways } from '../view/card';
import { codesToKeep } from '../view/codes-to-keep';
import { codeFields } from '../view/fields';
import { button, field, form, hidden } from '../view/form';

const path = '/login/add-second-factor';

/** The password was right, and a role asks for a second factor that is not there yet: a passkey or an app, recovery codes, and then a proof of it. */
export const addSecondFactorPage: Page = {
  path,
  access: 'public',
  look: async (visit, tried) => {
    const { say, to, returnTo, flow } = visit;
    const back = { return_to: returnTo?.href };
    const toLogin = to('/login', back);
    if (flow.login === undefined) return new Redirect(toLogin);
    const { totp, recoveryCodes } = flow.login;
    const goesOn = (action: string, label: string, ...content: readonly Parameters<typeof form>[2][]) =>
      form(action, to(path), ...content, hidden('return_to', returnTo?.href ?? null), button(label));
    if (recoveryCodes !== undefined)
      return card(visit, tried, 'recovery.title', codesToKeep(visit, recoveryCodes), goesOn('kept', say('recovery.kept')));
    const otherAccount = ways([toLogin, say('link.otherAccount')]);
    if (totp === undefined || tried?.fields.do === 'start' || tried?.fields.do === 'passkey') {
      const start = html`<p>${say('totp.why')}</p>${goesOn('start', say('totp.start'))}`;
      if (!visit.offers.loginMethods.includes('PASSKEY'))
        return card(visit, tried, 'totp.add', html`<p>${say('factorSetup.text')}</p>`, start, otherAccount);
      return withScript(card(visit, tried, 'needsFactor.title', eitherOf(visit, start), otherAccount));
    }
    return card(
      visit,
      tried,
      'totp.add',
      await appToScan(visit, totp),
      goesOn('confirm', say('totp.confirm'), field(visit, tried, codeFields.totp)),
      otherAccount,
    );
  },
  press: {
    start: async (visit) => {
      const challenge = challengeOf(visit);
      const { secret, uri } = await visit.call('startTotp', { challenge });
      return new Redirect(here(visit), { login: { ...visit.flow.login, challenge, totp: { secret, uri } } });
    },
    passkey: async (visit, fields) => {
      const challenge = challengeOf(visit);
      const { recoveryCodes } = await visit.call('addPasskey', { challenge, passkey: answerIn(fields) });
      return new Redirect(here(visit), { login: { challenge, methods: ['PASSKEY'], recoveryCodes } });
    },
    options: async (visit) => new Data((await visit.call('newPasskeyOptions', { challenge: challengeOf(visit) })).publicKey),
    confirm: async (visit, { code = '' }) => {
      const challenge = challengeOf(visit);
      const { recoveryCodes } = await visit.call('confirmTotp', { challenge, code });
      return new Redirect(here(visit), { login: { challenge, recoveryCodes } });
    },
    kept: async (visit) =>
      new Redirect(visit.to('/login/second-factor', { added: '1', return_to: visit.returnTo?.href }), {
        login: { challenge: challengeOf(visit), methods: visit.flow.login?.methods ?? ['TOTP'] },
      }),
  },
};

function eitherOf(visit: Visit, app: Html): Html {
  const { say, to, returnTo } = visit;
  const asked = { action: 'passkey', to: to(path), use: 'create', button: say('passkeys.add') } as const;
  return html`<p>${say('factorSetup.either')}</p>
<h2>${say('passkeys.title')}</h2><p>${say('passkeys.why')}</p>
${passkeyForm(visit, asked, hidden('return_to', returnTo?.href ?? null))}
<h2>${say('totp.title')}</h2>${app}`;
}

const challengeOf = ({ flow }: Visit): string => flow.login?.challenge ?? '';

const here = ({ to, returnTo }: Visit): string => to(path, { return_to: returnTo?.href });
