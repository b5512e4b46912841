import { type Clock, secondsAfter } from '../clock';
import type { Database, Queries, SessionRow, UserRow } from '../database/database';
import { readSecondFactors, type SecondFactors } from '../database/queries/second-factor.query';
import { Failure, type LoginMethod } from '../errors';
import type { AuthenticatedSession, FreshSession } from '../proofs/proofs';
import { unended } from './ending/session.ending';
import type { SessionsSettings } from './sessions.settings';

export interface Freshness {
  /** @throws {Failure} REAUTHENTICATION_REQUIRED with what this user can show (RFC 9470 §3) */
  readonly require: (session: AuthenticatedSession) => Promise<FreshSession>;
  readonly isFresh: (session: AuthenticatedSession) => boolean;
  /** The same, of so many seconds: what a rule of its own asks for. @throws {Failure} REAUTHENTICATION_REQUIRED */
  readonly requireWithin: (session: AuthenticatedSession, seconds: number) => Promise<void> | void;
  /** As {@link Freshness.require} refuses. `queries`: of a transaction that the caller is in. */
  readonly refusal: (user: UserRow, queries?: Queries) => Promise<Failure>;
  /** What this user can show: the strongest kind that there is. @throws {Failure} UNAVAILABLE */
  readonly methodsOf: (user: UserRow, queries?: Queries) => Promise<readonly LoginMethod[]>;
  /**
   * Part of the caller's transaction: from its commit on the session is fresh, on every node. `authenticatedAt` never moves: what a service
   * refuses by the revocation feed is compared with it.
   * @throws {Failure} UNAUTHENTICATED when the session has ended since the check
   */
  readonly renew: (queries: Queries, session: AuthenticatedSession) => Promise<SessionRow>;
}

interface Dependencies {
  readonly database: Pick<Database, 'client' | 'notices'>;
  readonly clock: Clock;
  readonly config: Pick<SessionsSettings, 'freshSeconds'>;
}

export function createFreshness({ database, clock, config }: Dependencies): Freshness {
  const methodsOf = async (user: UserRow, queries: Queries = database.client): Promise<readonly LoginMethod[]> => {
    const beside = secondFactorMethods(await readSecondFactors(queries, user.id));
    return beside.length > 0 ? beside : proofMethodsOf(user);
  };
  const refusal = async (user: UserRow, queries?: Queries): Promise<Failure> =>
    new Failure('REAUTHENTICATION_REQUIRED', { methods: await methodsOf(user, queries), maxAgeSeconds: config.freshSeconds });
  const isFresh = ({ row }: AuthenticatedSession): boolean => freshUntil(row, config).getTime() >= clock.now();
  return {
    isFresh,
    refusal,
    requireWithin: async ({ row, user }, seconds) => {
      if (freshUntil(row, { freshSeconds: seconds }).getTime() < clock.now())
        throw new Failure('REAUTHENTICATION_REQUIRED', { methods: await methodsOf(user), maxAgeSeconds: seconds });
    },
    methodsOf,
    require: async (session) => {
      if (!isFresh(session)) throw await refusal(session.user);
      return session as FreshSession; // the one place that makes the proof
    },
    renew: async (queries, { row, user }) => {
      const { id } = row;
      const own = { ...unended([user.id], clock), id, generation: user.generation };
      const data = { verifiedAt: new Date(clock.now()) };
      const [renewed] = await queries.session.updateManyAndReturn({ where: own, data });
      if (renewed === undefined) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
      await database.notices.publish(queries, 'sessions', [id]);
      return renewed;
    },
  };
}

/** Until when a session counts as fresh: since it began, or since somebody last proved who is there. */
export const freshUntil = ({ verifiedAt, createdAt }: SessionRow, { freshSeconds }: Pick<SessionsSettings, 'freshSeconds'>): Date =>
  secondsAfter((verifiedAt ?? createdAt).getTime(), freshSeconds);

/** What a user has beside the first factor: the password alone is refused then (ASVS 5.0 6.3.4). */
export function secondFactorMethods({ totp, passkeys, recoveryCodesLeft }: SecondFactors): readonly LoginMethod[] {
  const methods: LoginMethod[] = [...(passkeys > 0 ? (['PASSKEY'] as const) : []), ...(totp ? (['TOTP'] as const) : [])];
  return methods.length > 0 && recoveryCodesLeft > 0 ? [...methods, 'RECOVERY_CODE'] : methods;
}

/** What a user without a second factor has to show. A password that others know proves nothing. */
const proofMethodsOf = ({ passwordHash, passwordDistrustedAt }: UserRow): readonly LoginMethod[] =>
  passwordHash !== null && passwordDistrustedAt === null ? ['PASSWORD'] : ['EMAIL_CODE'];
