import { Failure } from '../../errors';
import { membersOf } from '../plan/json-members';
import type { UpstreamSocket, UpstreamSocketEvents } from './upstream.socket';

export interface ServiceLinksSettings {
  readonly openUpstream: (identity: LinkIdentity, events: UpstreamSocketEvents) => UpstreamSocket;
}

/** Who a socket to the service speaks for. */
export interface LinkIdentity {
  readonly headers: Readonly<Record<string, string>>;
  /** The same for as long as the headers say the same. */
  readonly key: string;
}

/** A stream that the service runs. */
export interface ServiceStream {
  /** The client does not want it any more. */
  readonly end: () => void;
}

export interface StreamEvents {
  readonly onNext: (payload: string | undefined) => void;
  readonly onEnd: (type: 'error' | 'complete', payload: string | undefined) => void;
  readonly onGone: (failure: Failure) => void;
}

/**
 * The sockets to the service that belong to one client's socket. What the service was told of the caller when a socket was opened holds for all
 * that runs in it: once there is something else to say (another role, the next token), what is new runs in another one.
 */
export interface ServiceLinks {
  /** @param body of `subscribe`, in JSON */
  readonly begin: (identity: LinkIdentity, body: string, events: StreamEvents) => ServiceStream;
  readonly close: () => void;
}

/** A socket to the service, in the name of one identity. Its operations have ids of our own: a client may use one again at once. */
interface Link {
  readonly key: string;
  readonly begin: (body: string, events: StreamEvents) => ServiceStream;
  /** Closes it where nothing runs in it. */
  readonly closeIfIdle: () => void;
  readonly close: () => void;
}

export function createServiceLinks({ openUpstream }: ServiceLinksSettings): ServiceLinks {
  const opened = new Set<Link>();
  let latest: Link | undefined;
  const open = (identity: LinkIdentity): Link => {
    const link = openLink(
      identity,
      openUpstream,
      () => latest !== link,
      () => {
        opened.delete(link);
        if (latest === link) latest = undefined; // a new one for the next operation
      },
    );
    return link;
  };

  const linkFor = (identity: LinkIdentity): Link => {
    if (latest?.key === identity.key) return latest;
    const before = latest;
    latest = open(identity);
    opened.add(latest);
    before?.closeIfIdle();
    return latest;
  };

  return {
    begin: (identity, body, events) => linkFor(identity).begin(body, events), // in one step: nothing is closed in between
    close: () => {
      for (const link of [...opened]) link.close();
    },
  };
}

/** `isOld`: whether there is a newer one. `onGone`: it is not to be used any more. */
function openLink(
  identity: LinkIdentity,
  openUpstream: ServiceLinksSettings['openUpstream'],
  isOld: () => boolean,
  onGone: () => void,
): Link {
  const streams = new Map<string, StreamEvents>();
  let lastId = 0;
  const socket = openUpstream(identity, {
    onMessage: ({ id, type, text }) => {
      const events = streams.get(id);
      if (events === undefined) return; // ended here meanwhile
      const payload = membersOf(text).get('payload');
      if (type === 'next') return events.onNext(payload);
      streams.delete(id);
      events.onEnd(type === 'error' ? 'error' : 'complete', payload);
      link.closeIfIdle();
    },
    onGone: (wasThere) => {
      onGone();
      for (const each of streams.values()) each.onGone(new Failure(wasThere ? 'UPSTREAM_FAILED' : 'UPSTREAM_UNREACHABLE'));
      streams.clear();
    },
  });
  const close = (): void => {
    onGone();
    socket.close();
  };
  const link: Link = {
    key: identity.key,
    begin: (body, events) => {
      lastId += 1;
      const id = String(lastId);
      streams.set(id, events);
      socket.subscribe(id, body);
      return {
        end: () => {
          if (!streams.delete(id)) return;
          socket.complete(id);
          link.closeIfIdle();
        },
      };
    },
    closeIfIdle: () => {
      if (streams.size === 0 && isOld()) close();
    },
    close,
  };
  return link;
}
