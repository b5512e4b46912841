/** `@gatehouse/client`, and `gatehouse/client`: the package's face, and all that it promises. */
export { type ApolloParts, gatehouseLink } from './apollo.js';
export { type ErrorCode, errorCodes } from './error-codes.js';
export type { KeyValueStorage, LockManager } from './exclusive.js';
export {
  createGatehouse,
  type Gatehouse,
  type GatehouseOptions,
  type NewPasskey,
  type PasskeyLogin,
  type ProviderCompletion,
  type SignedInAs,
  type SignedState,
} from './gatehouse.js';
export {
  type ErrorDetails,
  findGatehouseError,
  GatehouseError,
  gatehouseErrorOf,
  isGatehouseError,
  type UnauthenticatedReason,
} from './gatehouse-error.js';
export { gatehouseSocket, type SocketOptions } from './graphql-ws.js';
export * from './operations.js';
export { hasPasskeyAutofill, hasPasskeys } from './passkeys.js';
export { memoryTokenStore, type TokenStore, type Tokens } from './token-store.js';
export type { TypedDocumentNode } from './typed-document.js';
export { gatehouseExchange } from './urql.js';
export { type WebStorageOptions, webStorageTokenStore } from './web-storage.store.js';
