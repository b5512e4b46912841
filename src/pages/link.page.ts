import { createHash } from 'node:crypto';
import { type Html, html } from '../html';
import { icon, style } from './front-page';

/** One button of a page, and what it is called in the form that it sends. */
export interface LinkButton {
  readonly action: string;
  readonly words: string;
}

/** What the page of a mail's link says. It asks nothing of anywhere, has no script, and works without one. */
export interface LinkPage {
  readonly title: string;
  readonly lines: readonly string[];
  /** Eight digits, to be typed where they were asked for. */
  readonly code?: string;
  readonly buttons?: readonly LinkButton[];
}

export const linkPage = ({ title, lines, code, buttons = [] }: LinkPage): string =>
  `<!doctype html>${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon}">
${style}
${buttonStyle}
</head>
<body>
<main>
<h1>${title}</h1>
${lines.map(
  (line) => html`<p>${line}</p>
`,
)}${
  code === undefined
    ? null
    : html`<p class="code">${code.slice(0, 4)} ${code.slice(4)}</p>
`
}${
  buttons.length === 0
    ? null
    : html`<form method="post">
${buttons.map(
  ({ action, words }) => html`<button name="action" value="${action}">${words}</button>
`,
)}</form>
`
}</main>
</body>
</html>
`}`;

const buttonStyle: Html = html`<style>
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { padding: .75rem 1.25rem; border: 0; border-radius: .5rem; background: var(--link); color: var(--page); font: inherit; font-weight: 600; cursor: pointer; }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.code { font-size: 1.75rem; font-weight: 600; letter-spacing: .08em; }
</style>`;

const hashOf = (made: Html): string =>
  createHash('sha256').update(made.toString().slice('<style>'.length, -'</style>'.length)).digest('base64');

/** Its two styles are allowed by their hashes, and its form may be sent here alone. */
export const linkPagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hashOf(style)}' 'sha256-${hashOf(buttonStyle)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
