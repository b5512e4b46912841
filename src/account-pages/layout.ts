import { type Html, html } from '../html';
import type { MailLanguage } from '../mail/texts/languages';
import type { PageWords, Words } from './words';

/** No script, and nothing from elsewhere: the style is the gateway's own file. */
export const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const stylePath = '/account/assets/page.css';

export const pageStyle = `:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --ground: #f3f3f6; --brand: #1f4fbf; --on-brand: #fff; --bad: #a3161e; --line: #767680; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --paper: #1d1d22; --ground: #121215; --brand: #9db8ff; --on-brand: #10204a; --bad: #ffb3b3; --line: #8d8d98; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1rem; }
section { background: var(--paper); padding: 1.5rem; border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
input { width: 100%; min-height: 44px; margin-bottom: 1rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--paper); color: var(--ink); font: inherit; }
button { min-height: 44px; padding: .5rem 1.25rem; border: 0; border-radius: .5rem; background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 600; cursor: pointer; }
button.second { margin-left: .5rem; background: transparent; color: var(--brand); border: 1px solid var(--line); }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.code { font: 600 2rem/1.2 ui-monospace, monospace; letter-spacing: .1em; }
.bad { color: var(--bad); }
`;

interface Page {
  readonly language: MailLanguage;
  readonly title: string;
  readonly body: Html;
}

const document = ({ language, title, body }: Page): string =>
  String(html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body><main><section>${body}</section></main></body>
</html>
`);

export interface Shown {
  readonly language: MailLanguage;
  readonly words: Words;
  readonly page: PageWords;
  readonly username: string;
}

const told = (text: string, username: string): string => text.replaceAll('{username}', username);

/** What pressing the button will do; for a new password with its field, and what was wrong with the last one. */
export function askPage({ language, words, page, username }: Shown, hasPassword: boolean, problems: readonly string[]): string {
  const isWrong = problems.length > 0;
  const field = html`<label for="new_password">${words.newPassword}</label>
<input id="new_password" name="new_password" type="password" autocomplete="new-password" required ${isWrong ? html`aria-invalid="true" aria-describedby="problems"` : null}>`;
  const second =
    page.notMe === undefined ? null : html`<button type="submit" name="not_me" value="1" class="second">${page.notMe}</button>`;
  const summary = html`<div role="alert" id="problems">${problems.map((problem) => html`<p class="bad">${words.newPassword}: ${problem}</p>`)}</div>`;
  return document({
    language,
    title: isWrong ? `${words.error}: ${page.title}` : page.title,
    body: html`<h1>${page.title}</h1>${isWrong ? summary : null}<p>${told(page.text, username)}</p>
<form method="post">${hasPassword ? field : null}<button type="submit">${page.button ?? page.title}</button>${second}</form>`,
  });
}

/** A code that is to be typed elsewhere: the link does nothing else. */
export function codePage({ language, words, page, username }: Shown, code: string): string {
  return document({
    language,
    title: page.title,
    body: html`<h1>${page.title}</h1><p>${told(page.text, username)}</p><p>${words.code}</p><p class="code">${code.slice(0, 4)} ${code.slice(4)}</p>`,
  });
}

export const donePage = ({ language, page }: Shown): string =>
  document({
    language,
    title: page.doneTitle ?? page.title,
    body: html`<h1>${page.doneTitle ?? page.title}</h1><p>${page.doneText ?? ''}</p>`,
  });

export const noticePage = (language: MailLanguage, title: string, text: string): string =>
  document({ language, title, body: html`<h1>${title}</h1><p role="alert">${text}</p>` });
