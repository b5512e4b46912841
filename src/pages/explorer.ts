import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { flows } from './explorer.flows';

/** A thing that a browser asks for: text made here, or a file. */
export interface Page {
  readonly type: string;
  readonly content: string | { readonly file: string };
  readonly contentSecurityPolicy: string;
}

/** Every page of the explorers by its path. Only in here: no path of a request ever reaches the file system. */
export type Pages = ReadonlyMap<string, Page>;

/** Where Sandbox is served; the same path answers operations. */
export const sandboxPath = '/graphql';

/**
 * Apollo Sandbox, which comes from Apollo's CDN, and a page of our own, which needs no other host: each with the prepared documents
 * and a script that signs the next request in. `hasMailbox`: there is a page of the mails that were sent, and a link leads there.
 */
export function createExplorer(hasMailbox: boolean): Pages {
  const pages = new Map<string, Page>();
  const add = (path: string, type: string, content: Page['content'], contentSecurityPolicy = nothing) =>
    pages.set(path, { type, content, contentSecurityPolicy });
  const own = (name: string) => ({ file: join(ownFiles, name) });
  for (const name of readdirSync(ownFiles)) {
    const type = types[extname(name)];
    if (type !== undefined) add(`/explorer/${name}`, type, own(name));
  }
  add('/explorer/flows.js', script, `window.gatehouseFlows = ${JSON.stringify(flows)};\n`);
  const page = readFileSync(join(ownFiles, 'explorer.html'), 'utf8');
  add('/explorer', html, hasMailbox ? page : page.replace('<a href="mailbox">Mailbox</a>\n', ''), explorerPolicy);
  add(sandboxPath, html, sandboxPage, sandboxPolicy);
  return pages;
}

const script = 'text/javascript; charset=utf-8';
const html = 'text/html; charset=utf-8';
/** What the pages ask for. */
const types: Readonly<Record<string, string>> = {
  '.js': script,
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ownFiles = join(__dirname, '../../explorer');

const nothing = "default-src 'none'; frame-ancestors 'none'";

const explorerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const sandboxScript = 'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js';

const sandboxPolicy = [
  "default-src 'none'",
  `script-src 'self' ${new URL(sandboxScript).origin}`,
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  'frame-src https://sandbox.embed.apollographql.com',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const sandboxPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width,initial-scale=1" />
    <title>Gatehouse</title>
    <link rel="icon" href="/explorer/icon.svg" />
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { margin: 0; background: Canvas; color: CanvasText; }
      a { color: LinkText; }
      #sandbox { height: 100vh; }
      #offline { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
    </style>
  </head>
  <body>
    <main id="sandbox" aria-label="Apollo Sandbox"></main>
    <main id="offline" hidden>
      <h1>Apollo Sandbox cannot be loaded</h1>
      <p>It comes from Apollo's servers, which this browser does not reach.</p>
      <p><a href="/explorer">Open the explorer that needs no internet</a></p>
    </main>
    <script src="/explorer/sign-in.js"></script>
    <script src="/explorer/flows.js"></script>
    <script src="${sandboxScript}"></script>
    <script src="/explorer/sandbox.js"></script>
  </body>
</html>
`;
