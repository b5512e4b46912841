import { isSafeAddress } from './providers-file';

/** Of an answer. A set of keys has a few kB. */
const maxAnswerBytes = 256 * 1024;
/** Of each question to a provider, and of all that one log-in needs. */
export const providerTimeoutMs = 5_000;

interface Question {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export type BoundedFetch = (url: string, question?: Question) => Promise<Response>;

/**
 * Asks a provider: over TLS, without following a redirect, for so long, and for so much. What its library reads is this copy: a body without an
 * end, or one of 100 MB, was read whole.
 */
export const createBoundedFetch =
  (production: boolean): BoundedFetch =>
  async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    if (!isSafeAddress(url, production)) throw new Error('a provider names an address without TLS');
    const timeout = AbortSignal.timeout(providerTimeoutMs);
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      body: body as RequestInit['body'] & {}, // a form, as its library makes it
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const read = await readBounded(response);
    return new Response(read.length === 0 ? null : new Uint8Array(read), { status: response.status, headers: response.headers });
  };

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error('the answer of a provider is too long'); // which cancels the rest
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws {Error} when `work` takes longer than everything together may */
export async function withinBound<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('a provider takes too long', 'TimeoutError')), providerTimeoutMs);
  });
  const working = work();
  working.catch(() => undefined); // of what goes on after the bound, nobody asks
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
