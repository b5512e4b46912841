import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { anonymous } from '../actor';
import { Answer, toAnswer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import { networkPrefix } from '../network';
import type { Requester } from '../requester';
import { equalInConstantTime } from '../secrets';
import type { ClientsEvent } from './clients.events';

declare const proven: unique symbol;

/** The proof that a request comes from a service client. Only {@link createClientAuthentication} makes one. */
export interface AuthenticatedClient {
  readonly [proven]: true;
  readonly id: string;
  readonly name: string;
}

/** Judges an `Authorization` header. @throws {Failure} UNAUTHENTICATED (none, or not Basic), INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
export type AuthenticateClient = (authorization: string | undefined, requester: Requester) => Promise<Answer<AuthenticatedClient>>;

export interface ClientAuthenticationDependencies {
  readonly database: Database;
  readonly audit: AuditService<ClientsEvent>;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** How often the moment of the last use is written, in seconds: not at every request. */
const lastUsedEverySeconds = 3_600;

/** How many services in how many networks a node remembers: 100 bytes or so each. */
const rememberedPlaces = 1_000;

/**
 * Guesses at a client's secret are counted like those at a password, and reserved before they are judged. A service
 * asks thousands of times a second, so whoever was right needs no try: the node remembers the hash of the secret that
 * was right for this client from this network, until somebody there sends another one. Then everybody there is counted
 * again, so that an attacker has one free guess for every right answer of the client's own, and no oracle past the limit.
 */
export function createClientAuthentication(dependencies: ClientAuthenticationDependencies): AuthenticateClient {
  const { database, audit, ledger, limits, clock } = dependencies;
  const rows = database.client.serviceClient;
  const remembered = new LRUCache<string, string>({ max: rememberedPlaces });

  /** An unknown client costs what a wrong secret costs. Null: wrong, or unknown. */
  const judge = async ({ id, secret }: Presented, secretHash: string) => {
    const row = isId(id) ? await rows.findUnique({ where: { id } }) : null;
    const matches = equalInConstantTime(Buffer.from(secretHash), Buffer.from(row?.secretHash ?? noSecretHash));
    return { row, isRight: row !== null && matches && secretFormat.test(secret) };
  };

  const judgeCounted = async (presented: Presented, secretHash: string, requester: Requester) => {
    const named = { key: presented.id, account: { tried: presented.id } };
    const attempts = [...attemptsFrom(requester, limits.clientFromNetwork, named), ...attemptsFrom(requester, limits.clientOfNetwork)];
    const reservation = await ledger.reserve(attempts, requester);
    return withEffects(reservation.effects, async () => {
      const { row, isRight } = await releasingUnlessJudged(reservation, () => judge(presented, secretHash));
      if (row !== null && isRight) {
        await reservation.forgive();
        return row;
      }
      await reservation.count();
      const detail = row === null ? 'unknown client' : `wrong secret of ${row.name} ${row.id}`;
      await audit.record({ event: 'client.refused', outcome: 'refused', tried: presented.id, actor: anonymous(requester), detail });
      throw new Failure('INVALID_CREDENTIALS');
    });
  };

  const noteUse = async (id: string): Promise<void> => {
    const now = clock.now();
    const isOld = { OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: secondsAfter(now, -lastUsedEverySeconds) } }] };
    await rows.updateMany({ where: { id, ...isOld }, data: { lastUsedAt: new Date(now) } });
  };

  return async (authorization, requester) => {
    if (authorization === undefined) throw new Failure('UNAUTHENTICATED', { reason: 'MISSING' });
    const presented = readBasic(authorization);
    if (presented === null) throw new Failure('UNAUTHENTICATED', { reason: 'MALFORMED' });
    const place = `${presented.id} ${networkPrefix(requester)}`;
    const secretHash = hashSecret(presented.secret);
    const wasRight = equalInConstantTime(Buffer.from(remembered.get(place) ?? noSecretHash), Buffer.from(secretHash));
    if (!wasRight) remembered.delete(place); // at once: a second guess that comes meanwhile is counted
    const known = wasRight ? await judge(presented, secretHash) : null;
    const judged = known?.isRight && known.row ? known.row : await judgeCounted(presented, secretHash, requester);
    const { value: row, effects } = toAnswer(judged);
    remembered.set(place, secretHash);
    if (row.lastUsedAt === null || row.lastUsedAt.getTime() < clock.now() - lastUsedEverySeconds * 1000) await noteUse(row.id);
    // The one place that makes the proof: the secret was right.
    return new Answer({ id: row.id, name: row.name } as AuthenticatedClient, effects);
  };
}

/**
 * SHA-256 is enough here, and bcrypt would only slow every request: the secret is 256 random bits, which no dictionary
 * holds. It has no key, so that a change of AUTH_SECRET locks no service out.
 */
export const hashSecret = (secret: string): string => `gs1$${createHash('sha256').update(secret).digest('base64url')}`;

/** No secret has this hash. */
const noSecretHash = `gs1$${'A'.repeat(43)}`;

const secretFormat = /^ghs_[A-Za-z0-9_-]{43}$/;

const isId = (value: string): boolean => z.uuid().safeParse(value).success;

interface Presented {
  readonly id: string;
  readonly secret: string;
}

/** RFC 7617 §2, with both parts form-encoded as RFC 6749 §2.3.1 has it. */
function readBasic(authorization: string): Presented | null {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return null;
  try {
    return { id: decodeForm(pair.slice(0, colon)), secret: decodeForm(pair.slice(colon + 1)) };
  } catch {
    return null; // a stray %
  }
}

const decodeForm = (part: string): string => decodeURIComponent(part.replaceAll('+', ' '));
