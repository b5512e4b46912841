import type { z } from 'zod';
import type { InsertUser, NewUser } from '../accounts/new-user';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { Config } from '../config';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import { releasingUnlessJudged } from '../limits/reservation';
import { factsOf } from '../mail/facts';
import { normalKey } from '../names/normal-key';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { AskDependencies, AskForCode, CodeSent } from './ask-for-code';
import type { JudgeProof } from './code-proof';
import type { completeRegistrationInput, RequestCode } from './mailbox.inputs';

/**
 * Registering that begins with the mailbox (AUTH_REGISTRATION=verified): nobody is told which addresses have an account (ASVS 5.0 6.3.8).
 */
export interface Registration {
  /** Whoever has the address already is told so by mail. @throws {Failure} BAD_USER_INPUT, FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE */
  readonly requestRegistration: (input: RequestCode, requester: Requester) => Promise<Answer<CodeSent>>;
  /**
   * Makes the user, whose address is proved, and begins its first session. Of any number with one token, one makes a user.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CODE, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, FEATURE_DISABLED, FORBIDDEN, RATE_LIMITED,
   * UNAVAILABLE
   */
  readonly completeRegistration: (input: z.output<typeof completeRegistrationInput>, requester: Requester) => Promise<Answer<SignedIn>>;
}

export interface RegistrationDependencies extends AskDependencies {
  readonly database: Database;
  readonly config: Pick<Config, 'registration'>;
  readonly ask: AskForCode;
  readonly judge: JudgeProof;
  readonly insertUser: InsertUser;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
}

export function createRegistration(dependencies: RegistrationDependencies): Registration {
  const { database, config, ask, clock } = dependencies;
  const requireOn = (): void => {
    if (config.registration !== 'verified') throw new Failure('FEATURE_DISABLED');
  };
  const complete = createComplete(dependencies);

  return {
    requestRegistration: async ({ email, attempt, locale }, requester) => {
      requireOn();
      const emailKey = normalKey(email);
      const effects = await ask.admit(emailKey, requester);
      return withEffects(effects, async () => {
        const owner = await database.findUser('emailKey', emailKey);
        const facts = factsOf(owner, requester, new Date(clock.now()));
        const wishes = [owner?.locale, locale, requester.acceptLanguage];
        return ask.send({
          token: { purpose: 'REGISTER', user: null, email, emailKey },
          mail:
            owner === null
              ? { kind: 'register-code', recipient: email, tokenId: 'own', facts, wishes }
              : { kind: 'register-taken', recipient: owner.email, tokenId: null, facts, wishes },
          attempt,
        });
      });
    },
    completeRegistration: async (input, requester) => {
      requireOn();
      return complete(input, requester);
    },
  };
}

const createComplete =
  ({
    judge,
    insertUser,
    sessions,
    hasher,
    policy,
    ledger,
    limits,
    mailTokens,
  }: RegistrationDependencies): Registration['completeRegistration'] =>
  async ({ username, password, name, locale, delivery, ...proof }, requester) => {
    requireDeliverable(delivery, requester);
    ledger.refuseKnown(attemptsFrom(requester, limits.register));
    hasher.requireRoom(requester);
    const { value: token, effects } = await judge({ purpose: 'REGISTER', proof, requester });
    return withEffects(effects, async () => {
      const { email } = token;
      await policy.check(password, { username, email, name }, 'password');
      const reservation = await ledger.reserve(attemptsFrom(requester, limits.register), requester);
      const how: NewUser<Answer<SignedIn>> = {
        judge: async (lookUp) => {
          const taken = await releasingUnlessJudged(reservation, lookUp);
          await reservation.count();
          // Taken by whoever came with the same token: of a used one nothing more is said.
          if (taken !== null && (await mailTokens.find(token.id, 'REGISTER')) === null) return new Failure('INVALID_CODE');
          return taken;
        },
        insert: (row) =>
          sessions.startWith(
            async (queries, note) => {
              await mailTokens.useUp(queries, token);
              const user = await queries.user.create({ data: { ...row, locale: locale ?? null, emailVerifiedAt: row.createdAt } });
              note({ event: 'email.verified', userId: user.id, actor: userActor(user.id, requester) });
              return user;
            },
            { requester, delivery, methods: ['pwd'], event: 'user.registered' },
          ),
      };
      return withEffects(reservation.effects, () => insertUser({ username, email, password, name }, requester, how));
    });
  };
