import { commandLine, type Requester } from './requester';

/** Where a request came from, as the audit keeps it. */
export type Origin = Pick<Requester, 'ipAddress' | 'userAgent' | 'requestId'>;

/**
 * Who does something, as the audit tells it. Whoever acts by a request brings the request's origin; whoever has the machine, and the
 * gateway itself, have none.
 */
export type Actor =
  /** Somebody who has shown who they are: by a session, a password, a mail. */
  | { readonly kind: 'user'; readonly id: string; readonly requester: Origin }
  /** Somebody who has not, or could not. */
  | { readonly kind: 'anonymous'; readonly requester: Origin }
  /** Whoever has the machine, through the command line. */
  | { readonly kind: 'operator' }
  /** What the gateway does by itself: when it starts, and in its jobs. */
  | { readonly kind: 'gateway' };

/** The user of that id, by this request. */
export const userActor = (id: string, requester: Origin): Actor => ({ kind: 'user', id, requester });
export const anonymous = (requester: Origin): Actor => ({ kind: 'anonymous', requester });
export const operator: Actor = { kind: 'operator' };
export const gateway: Actor = { kind: 'gateway' };

/** As a row has it: `user:` and the id, or the kind alone. */
export const nameOf = (actor: Actor): string => (actor.kind === 'user' ? `user:${actor.id}` : actor.kind);

const { ipAddress, userAgent, requestId } = commandLine;

/** What the machine itself asks: no address, and a request's id that no request has. */
const ownOrigins = {
  operator: { ipAddress, userAgent, requestId },
  gateway: { ipAddress: null, userAgent: 'gatehouse', requestId: 'gateway' },
} as const;

export const originOf = (actor: Actor): Origin => ('requester' in actor ? actor.requester : ownOrigins[actor.kind]);
