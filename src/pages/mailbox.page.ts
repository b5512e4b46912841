import { type Html, html } from '../html';
import type { Message } from '../mail/message';
import { icon, style } from './front-page';

/** The newest mails first, each with what a developer wants of it. No script, and no other request. */
export const mailboxPage = (messages: readonly Message[], directory: string): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mailbox · Gatehouse</title>
<link rel="icon" href="${icon}">
${style}
</head>
<body>
<main>
<h1>Mailbox</h1>
<p class="lead">What this gateway has sent since it started. Each mail is also a file in <code>${directory}</code>, which any mail
program opens.</p>
${messages.length === 0 ? html`<p>There is no mail yet: change a password, say. Then load this page again.</p>` : messages.map(mailOf)}
</main>
<footer><p><a href="./">Start page</a></p>
<p>This page is here in development alone, and for this machine alone.</p></footer>
</body>
</html>
`.toString();

const mailOf = ({ subject, to, createdAt, code, link, text }: Message): Html => html`<section>
<h2>${subject}</h2>
<p>To <strong><bdi>${to}</bdi></strong>, <time datetime="${createdAt.toISOString()}">${createdAt.toISOString()}</time></p>
${code === null ? null : html`<p>Code <strong>${code}</strong></p>\n`}${
  link === null ? null : html`<p><a href="${link}">${link}</a></p>\n`
}<details>
<summary>The whole text</summary>
<pre>${text}</pre>
</details>
</section>
`;
