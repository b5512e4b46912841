import type { z } from 'zod';
import { userActor } from '../actor';
import { requireProvedAddress } from '../addresses/proved-address';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database } from '../database/database';
import { hasWayIn } from '../database/queries/way-in.query';
import { Failure } from '../errors';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FreshSession } from '../proofs/proofs';
import { addIdentity, nameOfProvider } from '../providers/add-identity';
import type { Providers } from '../providers/provider';
import type { ProvidersEvent } from '../providers/providers.events';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { completeProviderLoginInput } from './identities.inputs';
import { type Identity, identitySchema } from './identity.schema';
import { findIdentity } from './known-identity';
import type { ProveIdentity } from './prove-identity';

/** What opens the caller's account beside a password. */
export interface OwnIdentities {
  /** In the order in which they were linked. */
  readonly list: (userId: string) => Promise<Identity[]>;
  /**
   * By a flow that was begun in a session of this account. Linked already, nothing changes.
   * @throws {Failure} BAD_USER_INPUT (one too many), FEATURE_DISABLED, INVALID_CODE, PROVIDER_FAILED, IDENTITY_TAKEN, EMAIL_NOT_VERIFIED,
   * UNAUTHENTICATED (ended meanwhile),
   * RATE_LIMITED, UNAVAILABLE
   */
  readonly link: (
    session: FreshSession,
    input: z.output<typeof completeProviderLoginInput>,
    requester: Requester,
  ) => Promise<Answer<{ readonly user: User }>>;
  /** @throws {Failure} NOT_FOUND, LAST_LOGIN_METHOD, UNAUTHENTICATED (ended meanwhile), UNAVAILABLE */
  readonly unlink: (session: FreshSession, id: string, requester: Requester) => Promise<{ readonly user: User }>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<ProvidersEvent>;
  readonly sessions: SessionsService;
  readonly ownerNotices: OwnerNotices;
  readonly outbox: Outbox;
  readonly providers: Providers;
  readonly prove: ProveIdentity;
  readonly clock: Clock;
  readonly config: Pick<Config, 'emailLogin'>;
  readonly isProofNeeded: boolean;
}

export function createOwnIdentities(dependencies: Dependencies): OwnIdentities {
  const { database, audit, sessions, ownerNotices, outbox, providers, prove, config, isProofNeeded } = dependencies;

  const opensByMail = config.emailLogin && outbox.isOn;

  return {
    list: async (userId) => {
      const rows = await database.client.identity.findMany({ where: { userId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
      return rows.map((row) => identitySchema.parse(row));
    },

    link: async (session, input, requester) => {
      const { user, row } = session;
      requireProvedAddress(user, isProofNeeded);
      const { value, effects } = await prove(input, user.id, requester);
      return withEffects(effects, async () => {
        const known = await findIdentity(database, value.person);
        if (known !== null && known.user.id !== user.id) throw new Failure('IDENTITY_TAKEN');
        if (known === null)
          await audit.change(async (queries, note) => {
            // Whoever else changes this user waits: of two that link one of the last, one is refused.
            await queries.user.updateMany({ where: { id: user.id, generation: user.generation }, data: { generation: user.generation } });
            await sessions.requireUnended(queries, row, user);
            await addIdentity(queries, note, { user, identity: value.person, requester, sessionId: row.id }, dependencies);
          });
        return { user: toUser(user) };
      });
    },

    unlink: async ({ user, row }, id, requester) =>
      audit.change(async (queries, note) => {
        // Whoever else changes this user waits: of two that remove one of two ways each, one is refused.
        const { id: userId, generation } = user;
        const [current] = await queries.user.updateManyAndReturn({ where: { id: userId, generation }, data: { generation } });
        await sessions.requireUnended(queries, row, user);
        const identity = await queries.identity.findFirst({ where: { id, userId: user.id } });
        if (current === undefined || identity === null) throw new Failure('NOT_FOUND');
        await queries.identity.delete({ where: { id } });
        if (!opensByMail && !(await hasWayIn(queries, current, providers.keys()))) throw new Failure('LAST_LOGIN_METHOD');
        const detail = `${identity.provider} ${id}`;
        const eventId = note({
          event: 'identity.unlinked',
          userId: user.id,
          sessionId: row.id,
          actor: userActor(user.id, requester),
          detail,
        });
        const facts = { provider: nameOfProvider(identity.provider, providers) };
        await ownerNotices.tell(queries, { kind: 'identity-unlinked', user, eventId, requester, facts });
        return { user: toUser(current) };
      }),
  };
}
