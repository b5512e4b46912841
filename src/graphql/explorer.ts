import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { getDistDirectory, renderAltair } from 'altair-static';
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
 * Apollo Sandbox, which comes from Apollo's CDN, and Altair, which needs no other host: each with the prepared documents and a
 * script that signs the next request in.
 */
export function createExplorer(): Pages {
  const pages = new Map<string, Page>();
  const add = (path: string, type: string, content: Page['content'], contentSecurityPolicy = nothing) =>
    pages.set(path, { type, content, contentSecurityPolicy });
  for (const file of filesIn(getDistDirectory())) {
    const type = types[extname(file)];
    if (type !== undefined && file !== 'index.html') add(`/explorer/${file}`, type, { file: join(getDistDirectory(), file) });
  }
  for (const file of filesIn(ownFiles)) add(`/explorer/${file}`, types[extname(file)] ?? script, { file: join(ownFiles, file) });
  add('/explorer/flows.js', script, `window.gatehouseFlows = ${JSON.stringify(flows)};\n`);
  add('/explorer', html, altairPage(), altairPolicy);
  add(sandboxPath, html, sandboxPage, sandboxPolicy);
  return pages;
}

const script = 'text/javascript; charset=utf-8';
const html = 'text/html; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  '.js': script,
  '.css': 'text/css; charset=utf-8',
  '.html': html,
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

const ownFiles = join(__dirname, '../../explorer');

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );

const nothing = "default-src 'none'; frame-ancestors 'none'";

/** Angular writes its styles into the page, hence 'unsafe-inline' for them; scripts come from here alone. */
const altairPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
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

function altairPage(): string {
  const page = renderAltair({ baseURL: '/explorer/', serveInitialOptionsInSeperateRequest: 'altair.js' });
  const before = ['sign-in.js', 'flows.js'].map((name) => `<script src="${name}"></script>`).join('');
  const style = '<link rel="stylesheet" href="narrow.css">';
  return page.replace('<title>Altair</title>', '<title>Gatehouse explorer</title>').replace('</head>', `${style}${before}</head>`);
}

const sandboxPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width,initial-scale=1" />
    <title>Gatehouse</title>
    <link rel="icon" href="/explorer/favicon.ico" />
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { margin: 0; }
      #sandbox { height: 100vh; }
      main { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
    </style>
  </head>
  <body>
    <div id="sandbox"></div>
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
