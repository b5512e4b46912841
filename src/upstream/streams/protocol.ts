import type { Failure } from '../../errors';
import { describeFailure } from '../../graphql/format-error';
import type { TokenVerdict } from '../../sessions/session.check';

/** graphql-transport-ws, as https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md has it. */
export const subprotocol = 'graphql-transport-ws';

/** Why a socket is closed. `graphql-ws` does not connect again after 4401, and does after 4403: a logout must not become a storm of connections. */
export const closeCodes = {
  badMessage: [4400, 'Bad message'],
  revoked: [4401, 'REVOKED'],
  unauthorized: [4401, 'Unauthorized'],
  otherSession: [4401, 'Another session'],
  expired: [4403, 'EXPIRED'],
  subprotocol: [4406, 'Subprotocol not acceptable'],
  initTimeout: [4408, 'Connection initialisation timeout'],
  idInUse: [4409, 'Subscriber already exists'],
  tooManyInits: [4429, 'Too many initialisation requests'],
  tooManySockets: [4429, 'Too many connections of this session'],
  slow: [4503, 'SLOW_CONSUMER'],
  restart: [1012, 'Service restart'],
} as const satisfies Record<string, readonly [number, string]>;

export type CloseReason = keyof typeof closeCodes;

/** A message, and the text that it was read from. */
export interface Message {
  readonly type: string;
  readonly id: string | undefined;
  readonly payload: unknown;
  readonly text: string;
}

/** Null: no message of the protocol. */
export function readMessage(text: string): Message | null {
  try {
    const value = JSON.parse(text) as { readonly type?: unknown; readonly id?: unknown; readonly payload?: unknown } | null;
    if (typeof value !== 'object' || value === null || typeof value.type !== 'string') return null;
    if (value.id !== undefined && (typeof value.id !== 'string' || value.id === '' || value.id.length > 128)) return null;
    return { type: value.type, id: value.id, payload: value.payload, text };
  } catch {
    return null;
  }
}

/** A message in JSON. `payload`: JSON, or undefined for none. */
export const messageWith = (id: string, type: string, payload?: string): string =>
  `{"id":${JSON.stringify(id)},"type":"${type}"${payload === undefined ? '' : `,"payload":${payload}`}}`;

/** Who has opened a socket. */
export interface Caller {
  /** As it came, where it was accepted; undefined for nobody. */
  readonly authorization: string | undefined;
  readonly verdict: TokenVerdict | null;
}

/** In the protocol's shape. */
export function errorMessage(id: string, failure: Failure): string {
  const { message, extensions } = describeFailure(failure);
  return messageWith(id, 'error', JSON.stringify([{ message, extensions }]));
}
