import { refused, unreachable } from './gateway.js';
import { type Reports, VerifierError } from './reports.js';
import { type RevocationList, readList } from './revoked.js';

/** What is heard from the gateway's stream of revocations. */
export interface FeedListener {
  readonly onList: (list: RevocationList) => void;
  /** Everything that was revoked before this moment has been heard: milliseconds of `elapsed`. */
  readonly onCurrent: (moment: number) => void;
}

export interface FeedOptions {
  /** Of the gateway. */
  readonly url: string;
  readonly authorization: string;
  readonly elapsed: () => number;
  /** A line that says nothing for so long is given up, in milliseconds. */
  readonly silenceMs: number;
  readonly reports: Reports;
}

const path = '/v1/revocations';
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Follows `GET /v1/revocations` as server-sent events until `closing`, resuming where it was when the line is lost. */
export async function followFeed(options: FeedOptions, listener: FeedListener, closing: AbortSignal): Promise<void> {
  let lastEventId = '';
  let pauseMs = firstPauseMs;
  while (!closing.aborted) {
    await followOnce(options, lastEventId, closing, {
      onList: listener.onList,
      onCurrent: (moment) => {
        pauseMs = firstPauseMs;
        options.reports.worked('feed');
        listener.onCurrent(moment);
      },
      onId: (id) => {
        lastEventId = id;
      },
    }).catch((error: unknown) => {
      // What is known grows old meanwhile, which the verifier answers for. A line that ends is no fault: it is resumed.
      if (error instanceof VerifierError) options.reports.failed('feed', error);
    });
    await pause(pauseMs * (0.5 + Math.random() / 2), closing);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function followOnce(
  { url, authorization, elapsed, silenceMs }: FeedOptions,
  lastEventId: string,
  closing: AbortSignal,
  { onList, onCurrent, onId }: FeedListener & { readonly onId: (id: string) => void },
): Promise<void> {
  const over = new AbortController();
  const onClosing = (): void => over.abort();
  closing.addEventListener('abort', onClosing);
  const silence = setTimeout(() => over.abort(), silenceMs).unref();
  try {
    const askedAt = elapsed();
    const headers = { authorization, accept: 'text/event-stream', ...(lastEventId !== '' && { 'last-event-id': lastEventId }) };
    const response = await fetch(url + path, { headers, signal: over.signal, redirect: 'error' }).catch((error: unknown) => {
      throw closing.aborted ? error : unreachable(url, error);
    });
    if (!response.ok) throw refused(url, path, response.status);
    if (response.body === null || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new VerifierError(`${url}${path} gives no stream of events`);
    let isAhead = false;
    const readLine = createReader({
      onEvent: (id, data) => {
        onList(readList(JSON.parse(data)));
        if (id !== '') onId(id);
      },
      onComment: (text) => {
        const [, sinceAsked] = /^current (\d+)$/.exec(text) ?? [];
        if (sinceAsked === undefined) return;
        isAhead = askedAt + Number(sinceAsked) > elapsed();
        onCurrent(askedAt + Number(sinceAsked));
      },
    });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      silence.refresh();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) readLine(line);
      if (isAhead) return; // the gateway's clock runs faster than ours: the count begins anew, before it can hide how old the news is
    }
  } finally {
    clearTimeout(silence);
    closing.removeEventListener('abort', onClosing);
    over.abort();
  }
}

/** The event stream format, as far as our gateway writes it (WHATWG HTML §9.2.6): `id`, `data`, comments. */
function createReader(heard: { readonly onEvent: (id: string, data: string) => void; readonly onComment: (text: string) => void }) {
  let id = '';
  let data: string[] = [];
  return (line: string): void => {
    if (line === '') {
      if (data.length > 0) heard.onEvent(id, data.join('\n'));
      id = '';
      data = [];
    } else if (line.startsWith(':')) heard.onComment(line.slice(1).trimStart());
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
    else if (line.startsWith('id:')) id = line.slice(3).trim();
  };
}

const pause = (milliseconds: number, closing: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (closing.aborted) return resolve();
    const timer = setTimeout(done, milliseconds).unref();
    function done(): void {
      clearTimeout(timer);
      closing.removeEventListener('abort', done);
      resolve();
    }
    closing.addEventListener('abort', done);
  });
