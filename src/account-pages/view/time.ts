import { type Html, html } from '../../html';
import type { Visit } from '../page';

const places = { en: 'en-GB', de: 'de-DE' } as const;

/** In UTC, and said so: the gateway does not know where its reader is. */
const sayMoment = ({ language }: Pick<Visit, 'language'>, at: Date): string =>
  `${new Intl.DateTimeFormat(places[language], { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`;

export const sayDay = ({ language }: Pick<Visit, 'language'>, at: Date): string =>
  new Intl.DateTimeFormat(places[language], { dateStyle: 'long', timeZone: 'UTC' }).format(at);

export const moment = (visit: Pick<Visit, 'language'>, at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${sayMoment(visit, at)}</time>`;
