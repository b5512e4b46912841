import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Html, html } from '../html';

/** What the front page tells of the gateway. */
export interface Facts {
  readonly version: string;
  readonly database: 'SQLite' | 'PostgreSQL';
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly explorer: boolean;
  readonly introspection: boolean;
  /** Whether there are pages for people. */
  readonly pages: boolean;
  /** Null: there is none. Its password is told once, by the first start. */
  readonly demoUser: string | null;
  /** The folder that mails are written into. Null: they go elsewhere, or there are none. */
  readonly mailFolder: string | null;
  /** Mails are kept for tests, and reach nobody. */
  readonly testMode: boolean;
}

/** A way in: where, and what is there. */
interface Door {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly about: string;
}

const ifExplorer: readonly Door[] = [
  {
    name: 'explorer',
    path: 'explorer',
    title: 'GraphQL explorer',
    about: 'A document for each of the first flows, signed in for you. Works offline.',
  },
  { name: 'sandbox', path: 'graphql', title: 'Apollo Sandbox', about: 'The same documents in Apollo’s own tool. It needs the internet.' },
  { name: 'docs', path: 'docs', title: 'REST documents', about: 'Every path, with examples, to read and to try out.' },
];

const account: Door = {
  name: 'account',
  path: 'account',
  title: 'Pages for people',
  about: 'Log in, register, and whatever an account needs.',
};

const mailbox: Door = {
  name: 'mailbox',
  path: 'mailbox',
  title: 'Mailbox',
  about: 'The mails that this gateway has sent, with their codes and links.',
};

const health: Door = { name: 'health', path: 'health', title: 'Health', about: 'Whether the process is alive.' };
const ready: Door = { name: 'ready', path: 'ready', title: 'Ready', about: 'Whether it can serve.' };

const descriptions = (introspection: boolean): readonly Door[] => [
  { name: 'openapi', path: 'openapi.json', title: 'openapi.json', about: 'the REST door, described' },
  ...(introspection ? [{ name: 'schema', path: 'schema.graphql', title: 'schema.graphql', about: 'the GraphQL door, described' }] : []),
  { name: 'jwks', path: '.well-known/jwks.json', title: 'jwks.json', about: 'the public keys of access tokens' },
];

/** The links of the JSON answer, by name. */
export function linksOf({ publicUrl, explorer, introspection, pages, mailFolder }: Facts): Readonly<Record<string, string>> {
  const doors = [
    ...(explorer ? ifExplorer : []),
    ...(pages ? [account] : []),
    ...(mailFolder === null ? [] : [mailbox]),
    ...descriptions(introspection),
    health,
    ready,
  ];
  const links = doors.map(({ name, path }): [string, string] => [name, `${publicUrl}/${path}`]);
  return { graphql: `${publicUrl}/graphql`, rest: `${publicUrl}/v1`, ...Object.fromEntries(links) };
}

const doorItem = ({ path, title, about }: Door): Html => html`<li><a href="${path}">${title}</a><p>${about}</p></li>\n`;

const smallItem = ({ path, title, about }: Door): Html => html`<li><a href="${path}">${title}</a>, ${about}</li>\n`;

/** The page: no script, no other request, and links that hold behind any name of the host. */
export function frontPage(facts: Facts): string {
  const { version, database, publicUrl, explorer, introspection, pages, demoUser, mailFolder, testMode } = facts;
  const doorItems = [...(pages ? [account] : []), ...(explorer ? ifExplorer : []), ...(mailFolder === null ? [] : [mailbox])].map(doorItem);
  const notes: readonly Html[] = [
    ...(demoUser === null ? [] : [html`There is a demo user, <strong>${demoUser}</strong>. The first start printed its password, once.`]),
    ...(mailFolder === null
      ? []
      : [html`Nobody gets a mail yet: each is a file in <code>${mailFolder}</code>, with its code and its link.`]),
    ...(testMode ? [html`This gateway is in test mode. Nobody gets a mail: each is kept for <code>/test/mails</code>.`] : []),
  ].map((words) => html`<p>${words}</p>\n`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Gatehouse ${version}</title>
<link rel="icon" href="${icon}">
${style}
</head>
<body>
<main>
<h1>Gatehouse is running</h1>
<p class="lead">Register, log in, and manage profiles and sessions, through GraphQL or REST.</p>
<dl>
<div><dt>Version</dt><dd>${version}</dd></div>
<div><dt>Database</dt><dd>${database}</dd></div>
<div><dt>Mode</dt><dd>development</dd></div>
</dl>
<h2>Where to go</h2>
<ul class="doors">
${doorItems}<li><a href="${health.path}">${health.title}</a> <span>and</span> <a href="${ready.path}">${ready.title}</a>
<p>${health.about} ${ready.about}</p></li>
</ul>
<h2>A first request</h2>
<pre><code>curl ${publicUrl}/v1/register \\
  -H 'Content-Type: application/json' \\
  -d '{"username": "kate", "email": "kate@example.com",
       "password": "a quiet garden gate"}'</code></pre>
${notes}<h2>To read</h2>
<ul class="plain">
${descriptions(introspection).map(smallItem)}<li><code>docs/quick-start.md</code>, where you have Gatehouse from, and every other document beside it</li>
</ul>
</main>
<footer><p>This page is here in development alone.</p></footer>
</body>
</html>
`.toString();
}

/** In a data URL: the page asks for nothing. */
export const icon = `data:image/svg+xml,${encodeURIComponent(readFileSync(join(__dirname, '../../explorer/icon.svg'), 'utf8'))}`;

/** Of this page and of those that look like it. */
export const style: Html = html`<style>
:root { color-scheme: light dark; --ink: #1c2421; --quiet: #52605a; --page: #fbfbf8; --card: #fff; --line: #d9ded9; --link: #17604a;
  --code: #f1f3ef; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ece9; --quiet: #a6b3ac; --page: #141917; --card: #1c2320; --line: #36413c; --link: #7fd6b4; --code: #1c2320; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: clamp(2rem, 8vw, 5rem); }
h1 { margin: 0; font-size: clamp(1.75rem, 6vw, 2.5rem); line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.125rem; }
p { margin: .75rem 0; }
.lead { color: var(--quiet); font-size: 1.1875rem; text-wrap: balance; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1.5rem 0 0; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; font-weight: 600; }
ul { margin: 0; padding: 0; list-style: none; }
.doors { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .75rem; }
.doors li { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--card); }
.doors a { font-weight: 600; }
.doors p { margin: .25rem 0 0; color: var(--quiet); font-size: .9375rem; }
.plain li { margin: .375rem 0; }
a { color: var(--link); text-underline-offset: .2em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 2px; }
code, pre { font: .875rem/1.6 ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace; }
pre { margin: 0; padding: 1rem 1.25rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--code); border: 1px solid var(--line);
  border-radius: .625rem; }
section { margin-top: 2rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
section h2 { margin-top: 1.25rem; }
summary { cursor: pointer; }
details pre { margin-top: .75rem; }
footer { margin: 3rem auto; color: var(--quiet); font-size: .875rem; }
</style>`;

/** The style of the page is allowed by its hash, and nothing else is. */
export const frontPagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style.toString().slice('<style>'.length, -'</style>'.length)).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
