import type { Gatehouse } from './gatehouse.js';
import type { FetchFunction } from './request.js';

/** The part of urql that is used here: given by the caller, so that this package does not depend on it. */
export type MapExchange<Operation, Exchange> = (options: { readonly onOperation: (operation: Operation) => Operation }) => Exchange;

/**
 * The exchange that signs requests in. Put it right before `fetchExchange`:
 *
 *     new Client({ url, exchanges: [cacheExchange, gatehouseExchange(gatehouse, mapExchange), fetchExchange] })
 */
export const gatehouseExchange = <Operation extends { readonly context: { fetch?: FetchFunction | undefined } }, Exchange>(
  gatehouse: Gatehouse,
  mapExchange: MapExchange<Operation, Exchange>,
): Exchange => mapExchange({ onOperation: (operation) => ({ ...operation, context: { ...operation.context, fetch: gatehouse.fetch } }) });
