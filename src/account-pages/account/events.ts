import type { z } from 'zod';
import { type Html, html } from '../../html';
import type { securityEvent } from '../../timeline/timeline.schemas';
import { type Page, Redirect, type Visit } from '../page';
import { isTextKey } from '../texts/say';
import { cards } from '../view/card';
import { doneNotice, form, hidden } from '../view/form';
import { type Picture, picture } from '../view/pictures';
import { moment } from '../view/time';
import { sayBrowser } from './sessions';

type Event = z.output<typeof securityEvent>;

/** What happened to the account, newest first, and "this was not me". */
export const eventsPage: Page = {
  path: '/events',
  access: 'session',
  look: async (visit, tried) => {
    const { say, to, query } = visit;
    const { nodes, endCursor, hasNextPage } = await visit.call('securityEvents', { first: 20, after: query.get('after') });
    return cards(visit, tried, 'events.title', [
      doneNotice(visit, tried, notices, 'warn'),
      html`<p class="quiet">${say('events.text')}</p>
<ul class="list">${nodes.map((event) => eventItem(visit, event))}</ul>
${hasNextPage ? html`<p><a href="${to('/events', { after: endCursor })}">${say('events.older')}</a></p>` : null}`,
    ]);
  },
  press: {
    dispute: async (visit, { id = '' }) => {
      const { passwordNeeded } = await visit.call('disputeSecurityEvent', { id });
      return new Redirect(visit.to('/events', { done: passwordNeeded ? 'password' : 'disputed' }));
    },
  },
};

const notices = { disputed: 'done.disputed', password: 'done.disputedPassword' } as const;

function eventItem(visit: Visit, { id, event, outcome, at, network, userAgent, canDispute, disputedAt }: Event): Html {
  const { say, to } = visit;
  const name = nameOf(visit, event);
  const look = disputedAt === null ? (outcome === 'REFUSED' ? 'refused' : 'fine') : 'strange';
  return html`<li class="${look}">${picture(pictureOf(event))}<div class="what">
<p><strong>${name}</strong>${outcome === 'REFUSED' ? html` <span class="tag bad">${say('events.refused')}</span>` : null}${
    disputedAt === null ? null : html` <span class="tag bad">${say('events.disputed')}</span>`
  }</p>
<p class="quiet">${moment(visit, at)}</p>
<p class="quiet"><bdi>${sayBrowser(say, userAgent)}</bdi>${network === null ? null : html` · <bdi>${network}</bdi>`}</p></div>
${
  canDispute && disputedAt === null
    ? form(
        'dispute',
        to('/events'),
        hidden('id', id),
        html`<button type="submit" class="danger">${say('events.notMe')}<span class="away">: ${name}</span></button>`,
      )
    : null
}</li>
`;
}

/** An event of a feature that has no text here yet keeps its own name. */
const nameOf = ({ say }: Visit, event: string): string => {
  const key = `event.${event}`;
  return isTextKey(key) ? say(key) : event;
};

const pictures: readonly (readonly [RegExp, Picture])[] = [
  [/^(login|logout|session\.|user\.registered|user\.sessions)/, 'door'],
  [/^(totp|recovery_code|second_factor|passkey|user\.second_factor)/, 'shield'],
  [/^(password|user\.password|user\.reset)/, 'key'],
  [/^(email|user\.email)/, 'mail'],
  [/^(account\.exported)/, 'box'],
  [/^(event\.disputed|account\.)/, 'flag'],
];

const pictureOf = (event: string): Picture => pictures.find(([names]) => names.test(event))?.[1] ?? 'person';
