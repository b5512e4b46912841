import { type Html, html } from '../../html';
import type { Passkey } from '../../passkeys/passkey.schema';
import type { Visit } from '../page';
import { button, form } from '../view/form';
import { picture } from '../view/pictures';
import { moment } from '../view/time';

/** The passkeys that open the account. Null: there are none, and none can be added. */
export function passkeysCard(visit: Visit, passkeys: readonly Passkey[]): Html | null {
  const { say, to, offers } = visit;
  const isOffered = offers.loginMethods.includes('PASSKEY');
  if (!isOffered && passkeys.length === 0) return null;
  const look = passkeys.length === 0 ? 'main' : 'second';
  return html`<h2 id="passkeys">${say('passkeys.title')}</h2><p>${say('passkeys.why')}</p>
${passkeys.length === 0 ? null : html`<ul class="list">${passkeys.map((passkey) => passkeyItem(visit, passkey))}</ul>`}
${isOffered ? form('start', to('/passkey/add'), button(say('passkeys.add'), look)) : null}`;
}

function passkeyItem(visit: Visit, { id, name, synced, verifiesUser, createdAt, lastUsedAt }: Passkey): Html {
  const { say, to } = visit;
  const kind = verifiesUser ? (synced ? 'passkeys.synced' : null) : 'passkeys.key';
  return html`<li class="there">${picture('key')}<div class="what">
<p><strong><bdi>${name}</bdi></strong>${kind === null ? null : html` <span class="tag quiet">${say(kind)}</span>`}</p>
<p class="quiet">${say('passkeys.since')} ${moment(visit, createdAt)}</p>
<p class="quiet">${lastUsedAt === null ? say('passkeys.unused') : html`${say('sessions.used')} ${moment(visit, lastUsedAt)}`}</p></div>
<a class="button second" href="${to('/passkey', { id })}">${say('passkeys.change')}<span class="away">: ${name}</span></a></li>
`;
}
