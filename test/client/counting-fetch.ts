import type { FetchFunction } from '../../packages/client/src/request';

export interface CountingFetch {
  readonly fetch: FetchFunction;
  /** Requests sent so far, and those among them that refresh. */
  readonly sent: () => number;
  readonly refreshes: () => number;
}

/** `fetch` that counts what goes out, by looking at the document. */
export function countingFetch(): CountingFetch {
  let sent = 0;
  let refreshes = 0;
  return {
    fetch: (input, init) => {
      sent += 1;
      if (typeof init?.body === 'string' && init.body.includes('mutation Refresh')) refreshes += 1;
      return fetch(input, init);
    },
    sent: () => sent,
    refreshes: () => refreshes,
  };
}
