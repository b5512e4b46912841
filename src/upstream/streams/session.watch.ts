import type { Clock } from '../../clock';
import type { Notices } from '../../database/invalidation-bus';
import type { AuthenticatedSession } from '../../proofs/proofs';
import type { SessionCheck } from '../../sessions/session.check';
import type { AccessTokenClaims } from '../../tokens/access-token';

/** Why a stream ends: its session did, or its token has expired. */
export type StreamEnd = 'REVOKED' | 'EXPIRED';

/** A stream that belongs to a session. */
export interface Member {
  readonly isSocket: boolean;
  readonly onEnd: (end: StreamEnd) => void;
  /** The session was looked at because something about it has changed, and it lives. */
  readonly onChange: (session: AuthenticatedSession) => void;
}

export interface Membership {
  /** The session of this moment; null: the member is out, told or by its own leave. @throws {Failure} UNAVAILABLE */
  readonly check: () => Promise<AuthenticatedSession | null>;
  /** Whether what was checked holds no more: something about the session was said since. */
  readonly isDoubtful: () => boolean;
  /** Takes the next access token of the same session. */
  readonly renew: (token: string, claims: AccessTokenClaims) => void;
  readonly leave: () => void;
}

/** Streams by their sessions, so that a session is asked about once, however many streams it has. */
export interface SessionWatch {
  readonly join: (token: string, claims: AccessTokenClaims, until: 'token' | 'session', member: Member) => Membership;
  readonly socketsOf: (sessionId: string) => number;
  readonly close: () => void;
}

/** How long a stream outlives its token, so that a client has time to send the next one. In seconds. */
const graceSeconds = 30;
const lookEveryMs = 1_000;
/** What was written past the gateway is told to nobody: every so many looks each session is asked about. */
const sweepEvery = 5;

interface Joined {
  token: string;
  claims: AccessTokenClaims;
  readonly until: 'token' | 'session';
  readonly member: Member;
}

interface Group {
  readonly sessionId: string;
  readonly userId: string;
  readonly joined: Set<Joined>;
  /** How often something was said about it, and how often that was followed by a look: behind, it is doubtful. */
  said: number;
  seen: number;
  pending: Promise<Looked> | undefined;
}

/** What a look has found. */
interface Looked {
  /** Null: it has ended. */
  readonly session: AuthenticatedSession | null;
  /** Tokens that are none any more: their key was removed. */
  readonly invalid: ReadonlySet<string>;
}

type Check = Pick<SessionCheck, 'judge' | 'readLive'>;

const isDoubtful = ({ said, seen }: Group): boolean => seen < said;

/** By each of its tokens; past the end of all of them by the session alone. */
async function ask(check: Check, { joined, sessionId }: Group): Promise<Looked> {
  const tokens = [...new Set([...joined].map(({ token }) => token))];
  const verdicts = await Promise.all(tokens.map((token) => check.judge(token)));
  const reasons = verdicts.map((verdict) => (verdict.accepted ? null : verdict.reason));
  const invalid = new Set(tokens.filter((_token, position) => reasons[position] === 'INVALID'));
  if (reasons.includes('REVOKED')) return { session: null, invalid };
  const accepted = verdicts.find((verdict) => verdict.accepted);
  return { session: accepted?.session ?? (await check.readLive(sessionId)), invalid };
}

export function createSessionWatch(check: Check, notices: Notices, clock: Clock): SessionWatch {
  const groups = createGroups();
  const { look, doubt } = createDoubting(check, groups);
  let looks = 0;

  const tick = (): void => {
    looks += 1;
    const now = clock.now();
    for (const group of groups.all()) {
      for (const joined of [...group.joined])
        if (joined.until === 'token' && now >= (joined.claims.expiresAt + graceSeconds) * 1_000) groups.end(group, joined, 'EXPIRED');
      if (looks % sweepEvery === 0 || isDoubtful(group)) void doubt(group);
    }
  };

  const where = (isMeant: (group: Group) => boolean, work: (group: Group) => Promise<void>): void => {
    for (const group of groups.all()) if (isMeant(group)) void work(group);
  };
  const stops = [
    notices.subscribe('sessions', ({ ids }) => where(({ sessionId }) => ids.includes(sessionId), doubt)),
    notices.subscribe('user', ({ ids }) => where(({ userId }) => ids.includes(userId), doubt)),
    notices.subscribe('roles', () => where(() => true, doubt)),
    notices.subscribe('keys', () => where(() => true, doubt)),
    notices.onGap(() => where(() => true, doubt)),
  ];
  const timer = setInterval(tick, lookEveryMs).unref();

  return {
    join: (token, claims, until, member) => {
      const joined: Joined = { token, claims, until, member };
      const group = groups.add(joined);
      void doubt(group); // it may have ended since the token was judged, and what was said then nobody here has heard
      return {
        check: async () => {
          if (!group.joined.has(joined)) return null;
          const { session } = await look(group);
          return group.joined.has(joined) ? session : null;
        },
        isDoubtful: () => isDoubtful(group),
        renew: (next, nextClaims) => {
          joined.token = next;
          joined.claims = nextClaims;
        },
        leave: () => void groups.remove(group, joined),
      };
    },
    socketsOf: groups.socketsOf,
    close: () => {
      clearInterval(timer);
      for (const stop of stops) stop();
    },
  };
}

/** Who has joined, by session. */
function createGroups() {
  const groups = new Map<string, Group>();

  /** Whether it was there still: of the same session there may be another group by now. */
  const remove = (group: Group, joined: Joined): boolean => {
    if (!group.joined.delete(joined)) return false;
    if (group.joined.size === 0) groups.delete(group.sessionId);
    return true;
  };
  const end = (group: Group, joined: Joined, why: StreamEnd): void => {
    if (remove(group, joined)) joined.member.onEnd(why);
  };

  return {
    all: (): Group[] => [...groups.values()],
    socketsOf: (sessionId: string): number => [...(groups.get(sessionId)?.joined ?? [])].filter(({ member }) => member.isSocket).length,
    add: (joined: Joined): Group => {
      const { sessionId, userId } = joined.claims;
      const fresh: Group = { sessionId, userId, joined: new Set(), said: 0, seen: 0, pending: undefined };
      const group = groups.get(sessionId) ?? fresh;
      group.joined.add(joined);
      groups.set(sessionId, group);
      return group;
    },
    remove,
    end,
    endRevoked: (group: Group, { session, invalid }: Looked): void => {
      for (const joined of [...group.joined]) if (session === null || invalid.has(joined.token)) end(group, joined, 'REVOKED');
    },
  };
}

/** What is asked about a session once something was said about it. */
function createDoubting(check: Check, groups: ReturnType<typeof createGroups>) {
  /** Once for all that ask in one turn; whoever is out by it is told. */
  const look = (group: Group): Promise<Looked> => {
    if (group.pending !== undefined) return group.pending;
    const looked = ask(check, group)
      .then((found) => {
        groups.endRevoked(group, found);
        return found;
      })
      .finally(() => {
        if (group.pending === looked) group.pending = undefined;
      });
    group.pending = looked;
    return looked;
  };

  /** Something was said about it, or about a key. */
  const doubt = async (group: Group): Promise<void> => {
    group.said += 1;
    const { said } = group;
    group.pending = undefined; // what is under way may have been read before
    const looked = await look(group).catch(() => undefined);
    if (looked === undefined) return; // the database does not answer: nothing passes until it does
    const { session } = looked;
    if (session === null || said < group.seen) return; // a look that has begun later knows better
    group.seen = said; // what was said after this look had begun is another one's matter
    for (const { member } of [...group.joined]) member.onChange(session);
  };

  return { look, doubt };
}
