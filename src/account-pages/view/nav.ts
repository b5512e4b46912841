import { type Html, html } from '../../html';
import type { Visit } from '../page';
import type { TextKey } from '../texts/say';

const entries: readonly (readonly [string, TextKey])[] = [
  ['', 'account.nav'],
  ['/profile', 'profile.title'],
  ['/email', 'email.title'],
  ['/password', 'password.title'],
  ['/security', 'security.title'],
  ['/events', 'events.title'],
  ['/export', 'export.title'],
  ['/delete', 'delete.title'],
  ['/logout', 'logout.title'],
];

/** A page that has no place of its own stands under that of another. */
const under: Readonly<Record<string, string>> = {
  '/totp': '/security',
  '/recovery-codes': '/security',
  '/passkey': '/security',
  '/passkey/add': '/security',
};

export const navOf = ({ say, to }: Visit, path: string): Html =>
  html`<nav aria-label="${say('nav.title')}"><ul>${entries.map(
    ([at, text]) => html`<li><a href="${to(at)}"${at === (under[path] ?? path) ? html` aria-current="page"` : null}>${say(text)}</a></li>`,
  )}</ul></nav>`;
