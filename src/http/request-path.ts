/** A path that no route has. */
const nowhere = '//';

/**
 * The path that is looked for. What the router cannot decode it would answer past every hook, so that is nowhere. A slash at the
 * end is let go: people type it, and clients that join a base and a path send it. Nothing is redirected for it, so that
 * no answer ever names a place that the request has written (`//evil.example/`).
 */
export function routedUrl(url: string): string {
  if (!isWellFormed(url)) return nowhere;
  const mark = url.indexOf('?');
  const end = mark < 0 ? url.length : mark;
  const hasSlash = end > 2 && url[end - 1] === '/' && url[end - 2] !== '/';
  return hasSlash ? url.slice(0, end - 1) + url.slice(end) : url;
}

function isWellFormed(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
