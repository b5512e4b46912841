import { type HtmlValue, html } from '../../html';
import type { Tried, View, Visit } from '../page';
import type { TextKey } from '../texts/say';
import { problem } from './form';

/** A page of one card: what is wrong first, then the heading's matter. */
export const card = (visit: Visit, tried: Tried | null, title: TextKey, ...content: readonly HtmlValue[]): View => ({
  title: visit.say(title),
  body: html`<div class="card"><h1>${visit.say(title)}</h1>
${problem(visit, tried)}${content}</div>`,
  formOrigin: visit.returnTo,
});

/** The same among the pages of the account: a card a subject. */
export const cards = (visit: Visit, tried: Tried | null, title: TextKey, first: HtmlValue, ...more: readonly HtmlValue[]): View => ({
  title: visit.say(title),
  nav: true,
  body: html`<div class="card"><h1>${visit.say(title)}</h1>
${problem(visit, tried)}${first}</div>
${more.map((content) => (content === null ? null : html`<section class="card">${content}</section>\n`))}`,
});

/** Ways on from a page of entry. */
export const ways = (...links: readonly (readonly [string, string] | null)[]): HtmlValue => {
  const given = links.filter((link) => link !== null);
  return given.length === 0
    ? null
    : html`<div class="more">${given.map(([to, text]) => html`<div><a href="${to}">${text}</a></div>`)}</div>`;
};
