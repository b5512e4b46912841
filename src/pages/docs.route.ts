import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HttpServer } from '../http/http.server';
import { pageHeaders } from '../http/security-headers';
import { page, start, style } from './docs.page';

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
  serve('/docs/page.css', 'text/css; charset=utf-8', () => style);
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
