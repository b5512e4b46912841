import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HttpServer } from './http.server';
import { pageHeaders } from './security-headers';

/**
 * `GET /docs`: the OpenAPI document as a page that can call it, from files of the gateway alone. Swagger UI sets style
 * attributes and has its icons in data URLs; everything else comes from here, and answers go nowhere else.
 */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse: the REST door</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body><div id="swagger-ui"></div></body>
</html>
`;

/** Signing in on the page is enough: register, login and refresh hand their token to the following calls. */
const start = `const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

// Each path once: the document has those without a prefix as well, which do the same.
const withoutAliases = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateSpec: (update) => (text) => {
          const document = JSON.parse(text);
          for (const [path, methods] of Object.entries(document.paths))
            if (Object.values(methods).every(({ operationId }) => operationId.endsWith('Unversioned'))) delete document.paths[path];
          document.info.description += ' Paths under /v1 that the first documents have are served without the prefix too: /login is /v1/login.';
          return update(JSON.stringify(document));
        },
      },
    },
  },
};

const ui = SwaggerUIBundle({
  url: 'openapi.json',
  plugins: [withoutAliases],
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
  responseInterceptor: (response) => {
    if (response.ok && /\\/(register|login|refresh)$/.test(new URL(response.url).pathname)) {
      const token = JSON.parse(response.text).access_token;
      if (token) ui.preauthorizeApiKey('accessToken', token);
    }
    return response;
  },
});
`;

const files = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

export function registerDocs(server: HttpServer): void {
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const serve = (url: string, type: string, content: () => string | Buffer): void => {
    server.get(url, async (_request, reply) =>
      reply
        .headers({ ...pageHeaders, 'content-type': type, 'content-security-policy': contentPolicy, 'cache-control': 'no-cache' })
        .send(content()),
    );
  };
  serve('/docs', 'text/html; charset=utf-8', () => page);
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => start);
  for (const [name, type] of Object.entries(files)) serve(`/docs/${name}`, type, onceRead(join(folder, name)));
}

/** Read when first asked for: a start in production reads none of it. */
function onceRead(file: string): () => Buffer {
  let content: Buffer | undefined;
  return () => {
    content ??= readFileSync(file);
    return content;
  };
}
