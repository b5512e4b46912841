import type { LoginMethod as AnyMethod } from '../../errors';
import { type Html, html } from '../../html';
import { confirmPath } from '../continuations';
import { Data, Download, type Page, type Pressed, Redirect, type Tried, type Visit } from '../page';
import { answerIn, optionsFor, passkeyForm, withScript } from '../passkeys/passkey-form';
import type { TextKey } from '../texts/say';
import { card, ways } from '../view/card';
import { codeFields } from '../view/fields';
import { button, type Field, field, form, hidden, notice } from '../view/form';

/** Who is there has to be shown once more, before something that is worth more than a stolen session. Then it is done. */
export const confirmPage: Page = {
  path: confirmPath,
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, context, query } = visit;
    const session = await visit.session();
    const methods = session === null ? [] : await context.freshness.methodsOf(session.user);
    if (query.get('need') === 'mfa' && tried === null && !hasSecondFactor(methods))
      return card(
        visit,
        null,
        'needsFactor.title',
        html`<p>${say('needsFactor.text')}</p><p><a class="button" href="${to('/security')}">${say('needsFactor.button')}</a></p>`,
        ways([to(''), say('link.account')]),
      );
    const method = methodOf(methods, tried?.fields.do ?? query.get('by'));
    const wanted = tried?.fields.for ?? query.get('for');
    const waits = whatWaits(visit, wanted);
    const back = { return_to: visit.returnTo?.href, for: wanted };
    const view = card(
      visit,
      tried,
      'confirm.title',
      html`<p>${say('confirm.text')}</p>`,
      waits === null ? null : html`<p><strong>${say(waits)}</strong></p>`,
      tried === null && query.get('sent') !== null ? notice(say('verify.sent')) : null,
      method === 'EMAIL_CODE' && query.get('sent') === null && tried === null
        ? form(
            'ask',
            to(confirmPath),
            hidden('for', wanted),
            hidden('return_to', visit.returnTo?.href ?? null),
            button(say('button.sendCode')),
          )
        : proofForm(visit, tried, method, wanted),
      ways(
        ...factors
          .filter((factor) => factor !== method && methods.includes(factor))
          .map((factor) => [to(confirmPath, { ...back, by: factor }), say(links[factor])] as const),
        [to(''), say('link.account')],
      ),
    );
    const shown = method === 'PASSKEY' ? withScript(view) : view;
    // Whoever is here for something else is not here for what has been left waiting.
    return visit.flow.pending === undefined || visit.flow.pending.id === wanted ? shown : { ...shown, flow: { pending: null } };
  },
  press: {
    PASSWORD: (visit, { password = '', for: wanted }) => confirmed(visit, wanted, { password }),
    TOTP: (visit, { code = '', for: wanted }) => confirmed(visit, wanted, { totp: code }),
    RECOVERY_CODE: (visit, { code = '', for: wanted }) => confirmed(visit, wanted, { recoveryCode: code }),
    EMAIL_CODE: (visit, { code = '', for: wanted }) => confirmed(visit, wanted, { code }),
    PASSKEY: (visit, { for: wanted, ...fields }) => confirmed(visit, wanted, { passkey: answerIn(fields) }),
    options: (visit) => optionsFor(visit),
    ask: async (visit, { for: wanted }) => {
      await visit.call('requestReauthentication');
      return new Redirect(visit.to(confirmPath, { sent: '1', for: wanted, return_to: visit.returnTo?.href }));
    },
  },
};

/** What is done once it is confirmed. Null: nothing waits, as where a proxy asks for a fresh proof. */
function whatWaits({ flow: { pending } }: Visit, wanted: string | null): TextKey | null {
  if (pending === undefined || pending.id !== wanted) return null;
  return wordsOf[`${pending.path} ${pending.action}`] ?? 'waits.other';
}

const wordsOf: Readonly<Record<string, TextKey>> = {
  '/delete delete': 'waits.delete',
  '/email change': 'waits.email',
  '/events dispute': 'waits.dispute',
  '/export export': 'waits.export',
  '/passkey remove': 'waits.removePasskey',
  '/passkey/add add': 'waits.passkey',
  '/passkey/add start': 'waits.passkey',
  '/password begin': 'waits.password',
  '/password set': 'waits.password',
  '/recovery-codes renew': 'waits.recoveryCodes',
  '/security link': 'waits.link',
  '/security removeTotp': 'waits.removeTotp',
  '/security unlink': 'waits.unlink',
  '/totp confirm': 'waits.totp',
  '/totp start': 'waits.totp',
};

/** Of what somebody can show. */
const hasSecondFactor = (methods: readonly AnyMethod[]): boolean => methods.some((method) => method === 'TOTP' || method === 'PASSKEY');

/** Those that are shown here. */
type LoginMethod = Exclude<AnyMethod, 'PROVIDER'>;

/** Of whoever has more than one of them, each is as good as the other. */
const links = { PASSKEY: 'link.passkey', TOTP: 'link.totp', RECOVERY_CODE: 'link.recovery' } as const satisfies Readonly<
  Record<string, TextKey>
>;
const factors = Object.keys(links) as (keyof typeof links)[];

function methodOf(methods: readonly AnyMethod[], wish: string | null): LoginMethod {
  const own = methods.filter((method) => method !== 'PROVIDER');
  return own.find((method) => method === wish) ?? own[0] ?? 'PASSWORD';
}

const fields: { readonly [Method in Exclude<LoginMethod, 'PASSKEY'>]: Field } = {
  PASSWORD: { name: 'password', label: 'field.password', type: 'password', autocomplete: 'current-password' },
  TOTP: codeFields.totp,
  RECOVERY_CODE: codeFields.recovery,
  EMAIL_CODE: codeFields.mail,
};

function proofForm(visit: Visit, tried: Tried | null, method: LoginMethod, wanted: string | null): Html {
  const { say, to, returnTo } = visit;
  const kept = [hidden('for', wanted), hidden('return_to', returnTo?.href ?? null)];
  if (method === 'PASSKEY')
    return passkeyForm(visit, { action: method, to: to(confirmPath), use: 'get', button: say('passkey.use') }, kept);
  return form(method, to(confirmPath), field(visit, tried, fields[method]), kept, button(say('confirm.button')));
}

/** Who is there is shown: what waited is done, or the browser is led to where it was sent from. What waits no more is said. */
async function confirmed(visit: Visit, wanted: string | undefined, proof: object): Promise<Pressed> {
  await visit.call('reauthenticate', proof);
  const over = wanted === undefined ? (visit.returnTo?.href ?? visit.to('')) : visit.to('', { done: 'late' });
  const done = (await visit.resume(wanted)) ?? new Redirect(over);
  const flow = { ...done.flow, pending: null };
  if (done instanceof Redirect) return new Redirect(done.to, flow, done.ends);
  if (done instanceof Data) return done;
  return done instanceof Download ? new Download(done.name, done.document, flow) : { ...done, flow };
}
