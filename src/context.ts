import type { FactorSetups } from './admission/factor-setup';
import { type Answer, withEffects } from './answer';
import type { Database } from './database/database';
import { Failure } from './errors';
import type { AuthenticatedSession, EndableSession, FactorOwner, FreshSession, KeptVerdict, Verdict } from './proofs/proofs';
import type { Requester } from './requester';
import type { AuthenticatedClient, ClientsService } from './service-clients/clients.service';
import type { Freshness } from './sessions/fresh';
import { createSessionLoader, type SessionLoader } from './sessions/listing/session.loader';
import type { SessionCheck } from './sessions/session.check';
import type { SessionsService } from './sessions/sessions.service';
import { toUser } from './users/user';
import { createUserLoader, type UserLoader } from './users/user.loader';

/** What is true of one request, for every door. */
export interface RequestContext {
  readonly requester: Requester;
  /** The header as it came: for what explains it to its sender, and nothing else. */
  readonly authorization: string | undefined;
  /** What the credential is worth: asked once, when something first needs to know. */
  readonly verdict: () => Promise<Verdict>;
  /** What a refresh token in a cookie is worth: see requireSessionOrCookie. */
  readonly keptVerdict: (refreshToken: string) => Promise<KeptVerdict>;
  /** Whether somebody has proved a moment ago who is there: see requireFresh. */
  readonly freshness: Freshness;
  /** What the challenge of somebody is worth who has no session yet: see requireFreshOrChallenge. */
  readonly factorSetups: FactorSetups;
  /** The service client that asks. @throws {Failure} UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly serviceClient: () => Promise<Answer<AuthenticatedClient>>;
  readonly loaders: { readonly users: UserLoader; readonly sessions: SessionLoader };
  /** Forgets what was read so far, the verdict included: what comes next sees what has been changed meanwhile. */
  readonly renew: () => void;
}

export interface ContextDependencies {
  readonly database: Database;
  readonly sessionCheck: SessionCheck;
  readonly sessions: SessionsService;
  readonly freshness: Freshness;
  readonly factorSetups: FactorSetups;
  readonly clients: Pick<ClientsService, 'authenticate'>;
}

export interface ContextRequest {
  readonly requester: Requester;
  readonly authorization: string | undefined;
  /** What the browser keeps of a session of pages: the pages' door has it in the place of the header. */
  readonly pageToken?: string | undefined;
}

export type CreateContext = (request: ContextRequest) => RequestContext;

/**
 * A missing, stale or broken credential is not an exception here but a verdict with a reason: registering, logging in and
 * refreshing work with any header. The database is asked only when an operation that needs a session runs.
 */
export function createContextFactory({
  database,
  sessionCheck,
  sessions,
  freshness,
  factorSetups,
  clients,
}: ContextDependencies): CreateContext {
  return ({ requester, authorization, pageToken }) => {
    // No accessor in what is made for each request: V8 would make a hidden class of each, and keep the request alive with it.
    const loaders = { users: createUserLoader(database), sessions: createSessionLoader(sessions.findLive) };
    let verdict: Promise<Verdict> | undefined;
    return {
      requester,
      authorization,
      loaders,
      freshness,
      factorSetups,
      keptVerdict: sessionCheck.authenticateKept,
      serviceClient: () => clients.authenticate(authorization, requester),
      verdict: () => {
        const judged = (): Promise<Verdict> =>
          requester.isPage ? sessionCheck.authenticatePage(pageToken, 'page') : sessionCheck.authenticate(authorization);
        verdict ??= judged().then((result) => {
          if (result.accepted) loaders.users.prime(toUser(result.session.user));
          return result;
        });
        return verdict;
      },
      renew: () => {
        verdict = undefined;
        loaders.users.clear();
        loaders.sessions.clearAll();
      },
    };
  };
}

/** The guard of nearly everything: gives the proof that services ask for. @throws {Failure} UNAUTHENTICATED with the reason */
export async function requireSession(context: RequestContext): Promise<AuthenticatedSession> {
  const verdict = await context.verdict();
  if (!verdict.accepted) throw new Failure('UNAUTHENTICATED', { reason: verdict.reason });
  return verdict.session;
}

/** The guard of what is worth more than a stolen session. @throws {Failure} UNAUTHENTICATED, REAUTHENTICATION_REQUIRED */
export async function requireFresh(context: RequestContext): Promise<FreshSession> {
  return context.freshness.require(await requireSession(context));
}

/**
 * The guard of adding a second factor: of a session that is fresh; or, where `input` has a challenge, of whoever gets no session before
 * there is one. A bearer token does not count beside it. @throws {Failure} UNAUTHENTICATED, REAUTHENTICATION_REQUIRED, INVALID_CODE
 */
export async function requireFreshOrChallenge(context: RequestContext, input: unknown): Promise<FactorOwner> {
  const challenge = typeof input === 'object' && input !== null && 'challenge' in input ? input.challenge : undefined;
  return typeof challenge === 'string' ? context.factorSetups.require(challenge) : requireFresh(context);
}

/**
 * The guard of logging out alone: a browser that keeps its refresh token in a cookie may end its session with it, from
 * an allowed page. A bearer token always wins, and a bad one is not rescued by a cookie.
 * @throws {Failure} UNAUTHENTICATED, FORBIDDEN
 */
export async function requireSessionOrCookie(context: RequestContext): Promise<EndableSession> {
  const { requester, verdict, keptVerdict } = context;
  const bearer = await verdict();
  if (bearer.accepted || bearer.reason !== 'MISSING' || requester.keptRefreshToken === null) return requireSession(context);
  if (requester.origin !== 'allowed') throw new Failure('FORBIDDEN');
  const kept = await keptVerdict(requester.keptRefreshToken);
  if (!kept.accepted) throw new Failure('UNAUTHENTICATED', { reason: kept.reason });
  return kept.session;
}

/** The guard of what only services may ask: `work` with the proof. @throws {Failure} UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED */
export async function asServiceClient<T>(context: RequestContext, work: (client: AuthenticatedClient) => Promise<T>): Promise<Answer<T>> {
  const { value: client, effects } = await context.serviceClient();
  return withEffects(effects, () => work(client));
}
