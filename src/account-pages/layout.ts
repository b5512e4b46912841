import { type Html, html } from '../html';
import type { MailLanguage } from '../mail/texts/languages';
import type { Tried, Visit } from './page';
import { ways } from './view/card';
import { documentOf, type Frame } from './view/document';
import { newAccount, newPassword } from './view/fields';
import { button, form, hidden, problem } from './view/form';
import type { PageWords, Words } from './words';

interface Page {
  readonly language: MailLanguage;
  readonly title: string;
  readonly body: Html;
}

const document = (frame: Frame, { language, title, body }: Page): string =>
  documentOf(frame, { language, title, nav: null, body: html`<div class="card">${body}</div>`, skip: '' });

export interface Shown extends Pick<Visit, 'say' | 'offers'> {
  readonly frame: Frame;
  readonly language: MailLanguage;
  readonly words: Words;
  readonly page: PageWords;
  readonly username: string;
}

const told = (text: string, username: string): string => text.replaceAll('{username}', username);

/** What pressing the button will do; for a new password with its field, and what was wrong with the last one. */
export function askPage(shown: Shown, hasPassword: boolean, tried: Tried | null): string {
  const { frame, language, say, page, username } = shown;
  const second =
    page.notMe === undefined ? null : html`<button type="submit" name="not_me" value="1" class="second">${page.notMe}</button>`;
  return document(frame, {
    language,
    title: tried === null ? page.title : `${say('problem.error')}: ${page.title}`,
    body: html`<h1>${page.title}</h1>
${problem(shown, tried)}<p>${told(page.text, username)}</p>
<form method="post">${hasPassword ? newPassword(shown, tried, 'new_password') : null}<div class="row"><button type="submit">${page.button ?? page.title}</button>${second}</div></form>`,
  });
}

/** A code that is to be typed elsewhere: the link does nothing else. */
export function codePage({ frame, language, words, page, username }: Shown, code: string): string {
  return document(frame, {
    language,
    title: page.title,
    body: html`<h1>${page.title}</h1><p>${told(page.text, username)}</p><p>${words.code}</p><p class="code">${code.slice(0, 4)} ${code.slice(4)}</p>`,
  });
}

/**
 * The code of a log-in that was asked for in this very browser, with a button that sends it as the page of codes does. A link that somebody
 * else has asked for logs nobody in: their attempt is not in this browser.
 */
export function loginPage({ frame, language, words, username }: Shown, code: string): string {
  const { title, text, button: label } = words.loginHere;
  return document(frame, {
    language,
    title,
    body: html`<h1>${title}</h1><p>${told(text, username)}</p>
${form('enter', `${frame.base}/account/login/code`, hidden('code', code), button(label))}`,
  });
}

/** The name and the password of an account to be: sent as the page of codes does. */
export function registerPage(shown: Shown, token: string): string {
  const { frame, language, page } = shown;
  return document(frame, {
    language,
    title: page.title,
    body: html`<h1>${page.title}</h1><p>${page.text}</p>
${form('complete', `${frame.base}/account/register/complete`, newAccount(shown, null, token))}`,
  });
}

export const donePage = ({ frame, language, page }: Shown): string =>
  document(frame, {
    language,
    title: page.doneTitle ?? page.title,
    body: html`<h1>${page.doneTitle ?? page.title}</h1><p>${page.doneText ?? ''}</p>`,
  });

/** `way`: where to go on, and what that is called. */
export const noticePage = (frame: Frame, language: MailLanguage, title: string, text: string, way?: readonly [string, string]): string =>
  document(frame, { language, title, body: html`<h1>${title}</h1><p role="alert">${text}</p>${way === undefined ? null : ways(way)}` });
