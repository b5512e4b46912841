import type { KeyValueStorage } from './exclusive.js';
import { GatehouseError } from './gatehouse-error.js';

const key = 'gatehouse-provider-flow';

/** A log-in that is under way at another provider, in the tab that began it. */
export interface ProviderFlows {
  readonly keep: (provider: string, flow: string) => void;
  /**
   * Takes it out, once. An answer at the page of another provider than the one that was asked counts nothing, and leaves it: a hostile provider
   * leads browsers on to honest ones (mix-up, RFC 9700 §4.4).
   * @throws {GatehouseError} INVALID_CODE
   */
  readonly take: (provider: string) => string;
}

/** In `sessionStorage`, when `storage` is left out. @throws {TypeError} where there is none */
export function createProviderFlows(storage: KeyValueStorage | undefined): ProviderFlows {
  const find = (): KeyValueStorage => {
    const found = storage ?? (globalThis as { readonly sessionStorage?: KeyValueStorage }).sessionStorage;
    if (found === undefined) throw new TypeError('there is no sessionStorage: give createGatehouse a flowStorage');
    return found;
  };
  return {
    keep: (provider, flow) => find().setItem(key, JSON.stringify([provider, flow])),
    take: (provider) => {
      const kept = JSON.parse(find().getItem(key) ?? '[]') as readonly unknown[]; // written by keep
      const [of, flow] = kept;
      if (of !== provider || typeof flow !== 'string') throw new GatehouseError('No log-in at this provider is under way.', 'INVALID_CODE');
      find().removeItem(key);
      return flow;
    },
  };
}
