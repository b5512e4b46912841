import type { InsertUser } from '../accounts/new-user';
import { userActor } from '../actor';
import { emailVerificationOf } from '../addresses/email-verification';
import type { Admission } from '../admission/admission';
import { nobodysId, writeChallenge } from '../admission/login-challenge';
import { type Answer, withEffects } from '../answer';
import type { AuditService, Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database, MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { Outbox } from '../mail/outbox';
import { postCode } from '../mail/post-code';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { username as usernameRule } from '../names/names.inputs';
import { normalKey } from '../names/normal-key';
import { insertIdentity, nameOfProvider } from '../providers/add-identity';
import type { Providers, ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { Delivery } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import { admitKnown, findIdentity, methodsOf } from './known-identity';

/** Somebody new, whom a provider names. */
export interface Newcomer {
  readonly person: ProviderUser;
  readonly email: string;
  readonly isProved: boolean;
  readonly registers: boolean;
}

interface Wish {
  readonly username: string | null | undefined;
  readonly delivery: Delivery;
  readonly requester: Requester;
  /** What is used up with it, in its transaction. */
  readonly useUp?: (queries: Queries) => Promise<void>;
}

/** A new account without a password: the provider's user opens it. Of any number at once, one is made, and the others come into it. */
export interface NewAccount {
  /**
   * No username is given without being asked for.
   * @throws {Failure} FEATURE_DISABLED (AUTH_REGISTRATION, `registers`), USERNAME_REQUIRED, USERNAME_TAKEN, EMAIL_TAKEN, EMAIL_NOT_VERIFIED (made, and
   * its address has to be proved), RATE_LIMITED, UNAVAILABLE
   */
  readonly make: (newcomer: Newcomer, wish: Wish) => Promise<Answer<SignedIn>>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly admission: Admission;
  readonly sessions: SessionsService;
  readonly insertUser: InsertUser;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly providers: Providers;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Config;
}

export function createNewAccount(dependencies: Dependencies): NewAccount {
  const { database, insertUser, ledger, limits, secrets, clock, config } = dependencies;
  const begin = createBeginning(dependencies);

  const requireUsername = async ({ username }: Wish, { person }: Newcomer): Promise<string> => {
    if (username != null) return username;
    const challenge = { kind: 'registration', userId: nobodysId, generation: 0, methods: [], identity: person } as const;
    const suggestion = await suggestUsername(database, person);
    throw new Failure('USERNAME_REQUIRED', { ...writeChallenge(challenge, secrets, clock), ...(suggestion !== null && { suggestion }) });
  };

  return {
    make: async (newcomer, wish) => {
      const { person, email, registers } = newcomer;
      if (config.registration === 'closed' || !registers) throw new Failure('FEATURE_DISABLED');
      const username = await requireUsername(wish, newcomer);
      const { requester } = wish;
      const reservation = await ledger.reserve(attemptsFrom(requester, limits.register), requester);
      const insert = () =>
        insertUser({ username, email, name: person.name }, requester, {
          judge: async (lookUp) => {
            const taken = await releasingUnlessJudged(reservation, lookUp);
            await reservation.count();
            return taken;
          },
          insert: (row) => begin(row, newcomer, wish),
        });
      return withEffects(reservation.effects, () =>
        insert().catch(async (error: unknown) => {
          const isTaken = error instanceof Failure && ['USERNAME_TAKEN', 'EMAIL_TAKEN', 'IDENTITY_TAKEN'].includes(error.code);
          const known = isTaken ? await findIdentity(database, person) : null; // whoever was faster may be the same person
          if (known === null) throw error;
          return admitKnown(known, person, wish, dependencies);
        }),
      );
    },
  };
}

/** The user, and whose word opens it; with the mail that proves the address, or in place of a session where nobody comes in without that. */
function createBeginning({ audit, sessions, mailTokens, outbox, providers, clock, config }: Dependencies) {
  const verification = emailVerificationOf(config);

  const insert = async (
    queries: Queries,
    note: Note,
    user: UserRow,
    { person, isProved }: Newcomer,
    { requester, useUp }: Wish,
  ): Promise<MailTokenRow | null> => {
    await useUp?.(queries);
    await queries.user.create({ data: user });
    const id = await insertIdentity(queries, user.id, person, clock);
    const facts = { provider: nameOfProvider(person.provider, providers) }; // whoever has the mailbox need not have come from there
    note({ event: 'identity.linked', userId: user.id, actor: userActor(user.id, requester), detail: `${person.provider} ${id}` });
    return isProved || verification === 'off'
      ? null
      : postCode(queries, { user, purpose: 'VERIFY', requester, facts }, { mailTokens, outbox, clock });
  };

  return async (row: UserRow, newcomer: Newcomer, wish: Wish): Promise<Answer<SignedIn>> => {
    const { person, isProved } = newcomer;
    const { requester, delivery } = wish;
    const user = { ...row, locale: person.locale, emailVerifiedAt: isProved ? row.createdAt : null };
    const actor = userActor(user.id, requester);
    if (verification !== 'required' || isProved)
      return sessions.startWith(
        async (queries, note) => {
          await insert(queries, note, user, newcomer, wish);
          return user;
        },
        { requester, delivery, methods: methodsOf(person), event: 'user.registered' },
      );
    const token = await audit.change(async (queries, note) => {
      note({ event: 'user.registered', userId: user.id, actor, detail: 'no session before the address is proved' });
      return insert(queries, note, user, newcomer, wish);
    });
    throw new Failure('EMAIL_NOT_VERIFIED', token === null ? {} : { attempt: mailTokens.attemptOf({ id: token.id, purpose: 'VERIFY' }) });
  };
}

const furtherNames = [2, 3, 4, 5, 6, 7, 8, 9];

/** Of the name that somebody has there, or of the address: one that is free here. Null: none can be made. */
async function suggestUsername({ client }: Database, { username, email }: ProviderUser): Promise<string | null> {
  for (const told of [username, email]) {
    const cleaned = (told?.split('@')[0] ?? '')
      .replaceAll(/[^\p{L}\p{N}\p{M}._-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+|[-._]+$/gu, '')
      .slice(0, 60);
    const parsed = usernameRule.safeParse(cleaned);
    if (!parsed.success) continue;
    const names = [parsed.data, ...furtherNames.map((number) => `${parsed.data}${number}`)];
    const taken = await client.user.findMany({ where: { usernameKey: { in: names.map(normalKey) } }, select: { usernameKey: true } });
    const free = names.find((each) => !taken.some(({ usernameKey }) => usernameKey === normalKey(each)));
    if (free !== undefined) return free;
  }
  return null;
}
