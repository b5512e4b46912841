import { userActor } from '../actor';
import { emailVerificationOf } from '../addresses/email-verification';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { type Reservation, releasingUnlessJudged } from '../limits/reservation';
import type { Outbox } from '../mail/outbox';
import { postCode } from '../mail/post-code';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { Start } from '../sessions/start-session';
import type { InsertUser, Registration } from './new-user';

/**
 * Makes a user, and begins its first session in the same transaction. With AUTH_EMAIL_VERIFICATION=required there is no session yet: the
 * user is made, and the answer is EMAIL_NOT_VERIFIED with the attempt of the mail that is on its way.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, EMAIL_NOT_VERIFIED, FEATURE_DISABLED (AUTH_REGISTRATION),
 * FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE
 */
export type Register = (registration: Registration, requester: Requester) => Promise<Answer<SignedIn>>;

interface Dependencies {
  readonly insertUser: InsertUser;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly audit: AuditService;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly config: Config;
}

export function createRegister(dependencies: Dependencies): Register {
  const { insertUser, hasher, policy, ledger, limits, config } = dependencies;
  const begin = createBeginning(dependencies);
  return async (registration, requester) => {
    if (config.registration !== 'open') throw new Failure('FEATURE_DISABLED');
    requireDeliverable(registration.delivery, requester);
    const issues = await policy.judge(registration.password, registration, 'password');
    if (issues.length > 0) throw new Failure('WEAK_PASSWORD', { issues });
    ledger.refuseKnown(attemptsFrom(requester, limits.register));
    hasher.requireRoom(requester);
    const reservation = await ledger.reserve(attemptsFrom(requester, limits.register), requester);
    return withEffects(reservation.effects, async () => {
      await countingIfRefused(reservation, () => policy.check(registration.password, registration, 'password'));
      return insertUser(registration, requester, {
        judge: async (lookUp) => {
          const taken = await releasingUnlessJudged(reservation, lookUp);
          await reservation.count(); // a refused one too: it tells which names are taken; and one that gets no hash, or goes away before it
          return taken;
        },
        insert: (user) => begin({ user, requester, delivery: registration.delivery, methods: ['pwd'], event: 'user.registered' }),
      });
    });
  };
}

/** A password that is known from a breach costs a try, as it may be looked up on another machine; a look-up that fails costs none. */
async function countingIfRefused(reservation: Reservation, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    await (error instanceof Failure && error.code === 'WEAK_PASSWORD' ? reservation.count() : reservation.release().catch(() => {}));
    throw error;
  }
}

/**
 * The user's row and its first session in one transaction; where addresses are proved, with the mail that asks for it, or in place of the
 * session.
 */
function createBeginning({
  audit,
  sessions,
  mailTokens,
  outbox,
  clock,
  config,
}: Dependencies): (start: Start) => Promise<Answer<SignedIn>> {
  const verification = emailVerificationOf(config);
  const insert = async (queries: Queries, user: UserRow, requester: Requester): Promise<MailTokenRow> => {
    await queries.user.create({ data: user });
    return postCode(queries, { user, purpose: 'VERIFY', requester }, { mailTokens, outbox, clock });
  };
  if (verification === 'off') return sessions.startForNewUser;
  if (verification === 'on')
    return ({ user, ...start }) =>
      sessions.startWith(async (queries) => {
        await insert(queries, user, start.requester);
        return user;
      }, start);
  return async ({ user, requester }) => {
    const { id } = await audit.change(async (queries, note) => {
      note({
        event: 'user.registered',
        userId: user.id,
        actor: userActor(user.id, requester),
        detail: 'no session before the address is proved',
      });
      return insert(queries, user, requester);
    });
    throw new Failure('EMAIL_NOT_VERIFIED', { attempt: mailTokens.attemptOf({ id, purpose: 'VERIFY' }) });
  };
}
