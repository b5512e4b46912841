import { html } from '../../html';
import { Data, type Page, Redirect, type Visit } from '../page';
import { cards } from '../view/card';
import { field } from '../view/form';
import { answerIn, passkeyForm, withScript } from './passkey-form';

const path = '/passkey/add';

/** Another passkey: the browser makes it, and it is kept under a name. */
export const addPasskeyPage: Page = {
  path,
  access: 'session',
  look: (visit, tried) => {
    const { say, to, offers } = visit;
    if (!offers.loginMethods.includes('PASSKEY')) return new Redirect(to('/security'));
    const isKey = tried?.fields.kind !== undefined;
    const view = cards(
      visit,
      tried,
      'passkeys.add',
      html`<p>${say('passkeys.addText')}</p>
${passkeyForm(
  visit,
  { action: 'add', to: to(path), use: 'create', button: say('passkeys.add') },
  field(visit, tried, { name: 'name', label: 'field.passkeyName', autocomplete: 'off', hint: say('hint.passkeyName'), isOptional: true }),
  html`<label class="check"><input type="checkbox" name="kind" value="key"${isKey ? html` checked` : null}>${say('passkeys.isKey')}</label>\n`,
)}`,
    );
    return withScript(view);
  },
  press: {
    start,
    options: async (visit, { kind }) =>
      new Data((await visit.call('newPasskeyOptions', { kind: kind === undefined ? 'PASSKEY' : 'SECURITY_KEY' })).publicKey),
    add: async (visit, { name, ...fields }) => {
      if (!fields.passkey) return start(visit); // it was not asked for yet, or not kept while somebody showed who is there
      const { recoveryCodes } = await visit.call('addPasskey', { passkey: answerIn(fields), name: name === '' ? null : name });
      if (recoveryCodes.length === 0) return new Redirect(visit.to('/security', { done: 'passkey' }));
      return new Redirect(visit.to('/recovery-codes', { done: 'passkey' }), { recoveryCodes });
    },
  },
};

/** Whoever may not add one now is told, or asked who is there, before the browser makes any. */
async function start(visit: Visit): Promise<Redirect> {
  await visit.call('newPasskeyOptions');
  return new Redirect(visit.to(path));
}
