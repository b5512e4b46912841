import type { LoginMethod } from '../../errors';
import { type Html, html } from '../../html';
import { entered } from '../continuations';
import { type Page, Redirect, type Tried, type Visit } from '../page';
import { answerIn, optionsFor, passkeyForm, withScript } from '../passkeys/passkey-form';
import type { TextKey } from '../texts/say';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, field, form, hidden, notice } from '../view/form';

const path = '/login/second-factor';

/** What can be shown here, by its form. */
const links = { passkey: 'link.passkey', totp: 'link.totp', recovery: 'link.recovery' } as const satisfies Readonly<
  Record<string, TextKey>
>;
type Kind = keyof typeof links;
const methodOf: { readonly [Each in Kind]: LoginMethod } = { passkey: 'PASSKEY', totp: 'TOTP', recovery: 'RECOVERY_CODE' };

/** The password was right, and there is a second factor: a passkey, the code of an app, or one of the recovery codes. */
export const secondFactorPage: Page = {
  path,
  access: 'public',
  look: (visit, tried) => {
    const { say, to, returnTo, flow, query } = visit;
    const back = { return_to: returnTo?.href };
    if (flow.login === undefined) return new Redirect(to('/login', back));
    const kinds = kindsOf(flow.login.methods);
    const wish = tried === null ? query.get('by') : tried.fields.do;
    const kind = kinds.find((each) => each === wish) ?? kinds[0] ?? 'totp';
    const view = card(
      visit,
      tried,
      'secondFactor.title',
      tried === null && query.get('added') !== null ? notice(say(kind === 'passkey' ? 'done.passkey' : 'secondFactor.added')) : null,
      formOf(visit, tried, kind),
      ways(...kinds.filter((each) => each !== kind).map((each) => [to(path, { ...back, by: each }), say(links[each])] as const), [
        to('/login', back),
        say('link.otherAccount'),
      ]),
    );
    return kind === 'passkey' ? withScript(view) : view;
  },
  press: {
    totp: (visit, { code = '' }) => goOn(visit, { totp: code }),
    recovery: (visit, { code = '' }) => goOn(visit, { recoveryCode: code }),
    passkey: (visit, fields) => goOn(visit, { passkey: answerIn(fields) }),
    options: (visit) => optionsFor(visit, { challenge: challengeOf(visit) }),
  },
};

function kindsOf(methods: readonly LoginMethod[] = ['TOTP', 'RECOVERY_CODE']): Kind[] {
  return (Object.keys(links) as Kind[]).filter((kind) => methods.includes(methodOf[kind]));
}

function formOf(visit: Visit, tried: Tried | null, kind: Kind): Html {
  const { say, to, returnTo } = visit;
  const back = hidden('return_to', returnTo?.href ?? null);
  if (kind === 'passkey')
    return html`<p>${say('hint.passkey')}</p>
${passkeyForm(visit, { action: kind, to: to(path), use: 'get', button: say('passkey.use') }, back)}`;
  const hint = say(kind === 'totp' ? 'hint.totp' : 'hint.recoveryCode');
  return form(kind, to(path), field(visit, tried, { ...codeFields[kind], hint }), back, button(say('login.button')));
}

const challengeOf = ({ flow }: Visit): string => flow.login?.challenge ?? '';

async function goOn(visit: Visit, proof: object): Promise<Redirect> {
  await visit.call('completeLogin', { challenge: challengeOf(visit), ...proof });
  return entered(visit);
}
