import type { z } from 'zod';
import { type Html, html } from '../../html';
import { describeBrowser } from '../../mail/facts';
import type { sessionSchema } from '../../sessions/session.schema';
import type { Visit } from '../page';
import type { Say } from '../texts/say';
import { button, form, hidden } from '../view/form';
import { deviceOf, picture } from '../view/pictures';
import { moment } from '../view/time';

type Session = z.output<typeof sessionSchema>;

/** Where somebody is logged in: what device it looks like, from where, and since when. */
export function sessionList(visit: Visit, sessions: readonly Session[]): Html {
  const { say, to } = visit;
  const others = sessions.filter(({ current }) => !current).length;
  return html`<h2 id="sessions">${say('sessions.title')}</h2>
<ul class="list">${sessions.map((session) => sessionItem(visit, session))}</ul>
${others === 0 ? null : form('endOthers', to('/security'), button(say(others === 1 ? 'sessions.endOther' : 'sessions.endOthers', { n: others }), 'danger'))}`;
}

function sessionItem(visit: Visit, { id, current, userAgent, ipAddress, createdAt, lastUsedAt }: Session): Html {
  const { say, to } = visit;
  const name = sayBrowser(say, userAgent);
  return html`<li class="${current ? 'here' : 'there'}">${picture(deviceOf(userAgent))}<div class="what">
<p><strong><bdi>${name}</bdi></strong>${current ? html` <span class="tag">${say('sessions.here')}</span>` : null}</p>
<p class="quiet">${ipAddress === null ? null : html`<bdi>${ipAddress}</bdi> · `}${say('sessions.since')} ${moment(visit, createdAt)}</p>
<p class="quiet">${say('sessions.used')} ${moment(visit, lastUsedAt)}</p></div>
${
  current
    ? null
    : form(
        'end',
        to('/security'),
        hidden('id', id),
        html`<button type="submit" class="second">${say('sessions.end')}<span class="away">: ${name}, ${ipAddress}</span></button>`,
      )
}</li>
`;
}

export function sayBrowser(say: Say, userAgent: string | null): string {
  const found = describeBrowser(userAgent);
  if (found === null) return say('sessions.unknown');
  return found.system === null ? found.browser : say('sessions.browserOn', { browser: found.browser, system: found.system });
}
