import { type Html, type HtmlValue, html } from '../../html';
import { Data, type View, type Visit } from '../page';

/** A form that a passkey of the browser is sent with. */
interface PasskeyForm {
  readonly action: string;
  /** Where it is sent, and where the script asks for its options. */
  readonly to: string;
  /** Asks for one that is there, or for a new one. */
  readonly use: 'get' | 'create';
  readonly button: string;
  readonly look?: 'main' | 'second';
  /** Passkeys stand in the browser's list for the username, too. */
  readonly isAutofilled?: boolean;
}

/** Without a script, or in a browser without passkeys, there is no button: it is said what is missing. */
export function passkeyForm(
  { say }: Visit,
  { action, to, use, button, look = 'main', isAutofilled }: PasskeyForm,
  ...content: HtmlValue[]
): Html {
  const words = (['cancelled', 'known', 'unsupported', 'failed'] as const).map((key) => html` data-${key}="${say(`passkey.${key}`)}"`);
  return html`<form method="post" action="${to}" id="passkey" hidden data-use="${use}"${isAutofilled ? html` data-autofill` : null}${words}>
<input type="hidden" name="do" value="${action}"><input type="hidden" name="passkey" value="">
${content}<button type="submit" class="${look}">${button}</button></form>
<p class="said" id="passkey-said" role="status"></p>
<p class="quiet" id="passkey-needs">${say('passkey.needsScript')}</p>
`;
}

/** A page with such a form. */
export const withScript = (view: View): View => ({ ...view, hasScript: true });

/** What the browser gave, as it came: the operation says what is wrong with it. Nothing: the script was given no options. */
export function answerIn({ passkey = '' }: Readonly<Record<string, string>>): unknown {
  try {
    return JSON.parse(passkey);
  } catch {
    return undefined;
  }
}

/** What the browser is asked with. Nothing is written. */
export const optionsFor = async (visit: Visit, input?: { readonly challenge: string }): Promise<Data> =>
  new Data((await visit.call('passkeyOptions', input)).publicKey);
