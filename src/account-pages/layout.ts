import { type Html, html } from '../html';
import type { MailLanguage } from '../mail/texts/languages';
import { documentOf, type Frame } from './view/document';
import type { PageWords, Words } from './words';

interface Page {
  readonly language: MailLanguage;
  readonly title: string;
  readonly body: Html;
}

const document = (frame: Frame, { language, title, body }: Page): string =>
  documentOf(frame, { language, title, nav: null, body: html`<div class="card">${body}</div>`, skip: '' });

export interface Shown {
  readonly frame: Frame;
  readonly language: MailLanguage;
  readonly words: Words;
  readonly page: PageWords;
  readonly username: string;
}

const told = (text: string, username: string): string => text.replaceAll('{username}', username);

/** What pressing the button will do; for a new password with its field, and what was wrong with the last one. */
export function askPage({ frame, language, words, page, username }: Shown, hasPassword: boolean, problems: readonly string[]): string {
  const isWrong = problems.length > 0;
  const field = html`<div class="field"><label for="new_password">${words.newPassword}</label>
<input id="new_password" name="new_password" type="password" autocomplete="new-password" required ${isWrong ? html`aria-invalid="true" aria-describedby="problems"` : null}></div>
`;
  const second =
    page.notMe === undefined ? null : html`<button type="submit" name="not_me" value="1" class="second">${page.notMe}</button>`;
  const summary = html`<div class="problem" role="alert" id="problems">${problems.map((problem) => html`<p>${words.newPassword}: ${problem}</p>`)}</div>`;
  return document(frame, {
    language,
    title: isWrong ? `${words.error}: ${page.title}` : page.title,
    body: html`<h1>${page.title}</h1>${isWrong ? summary : null}<p>${told(page.text, username)}</p>
<form method="post">${hasPassword ? field : null}<div class="row"><button type="submit">${page.button ?? page.title}</button>${second}</div></form>`,
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

export const donePage = ({ frame, language, page }: Shown): string =>
  document(frame, {
    language,
    title: page.doneTitle ?? page.title,
    body: html`<h1>${page.doneTitle ?? page.title}</h1><p>${page.doneText ?? ''}</p>`,
  });

export const noticePage = (frame: Frame, language: MailLanguage, title: string, text: string): string =>
  document(frame, { language, title, body: html`<h1>${title}</h1><p role="alert">${text}</p>` });
