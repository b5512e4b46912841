import type { FetchFunction } from '../../packages/client/src/request';

export interface HeldFetch {
  readonly fetch: FetchFunction;
  /** From now on the answer to the next operation with this name is kept back, and so is that it was sent. */
  readonly hold: (operation: string) => { readonly sent: Promise<void>; readonly release: () => void };
  /** From now on answers to operations with this name are lost on their way. */
  readonly lose: (operation: string, isLost: boolean) => void;
  /** The operations that were sent, with their headers. */
  readonly sent: { readonly operation: string; readonly headers: Headers; readonly status: () => number }[];
}

const operationOf = (init: RequestInit | undefined): string => /(?:mutation|query) (\w+)/.exec(String(init?.body))?.[1] ?? '';

/** `fetch` over a line that a test holds in its hand. `jar`: with the cookies of a browser, on a page that may use them. */
export function heldFetch({ origin }: { readonly origin?: string } = {}): HeldFetch {
  const held = new Map<string, { sent: () => void; release: Promise<void> }>();
  const lost = new Set<string>();
  const sent: HeldFetch['sent'] = [];
  const jar = new Map<string, string>();
  return {
    fetch: async (input, init) => {
      const operation = operationOf(init);
      const headers = new Headers(init?.headers);
      if (origin !== undefined) {
        headers.set('origin', origin);
        if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
      }
      let status = 0;
      sent.push({ operation, headers, status: () => status });
      const holding = held.get(operation);
      held.delete(operation);
      const response = await fetch(input, { ...init, headers });
      ({ status } = response);
      holding?.sent();
      await holding?.release;
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      if (lost.has(operation)) throw new TypeError('fetch failed');
      return response;
    },
    hold: (operation) => {
      let release = (): void => {};
      let tell = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const isSent = new Promise<void>((resolve) => {
        tell = resolve;
      });
      held.set(operation, { sent: tell, release: released });
      return { sent: isSent, release };
    },
    lose: (operation, isLost) => void (isLost ? lost.add(operation) : lost.delete(operation)),
    sent,
  };
}
