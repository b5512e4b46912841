import { anonymous } from '../actor';
import type { Answer } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, UserRow } from '../database/database';
import { Failure } from '../errors';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import { type OwnCode, postCode } from '../mail/post-code';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { addIdentity } from '../providers/add-identity';
import type { Providers, ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { SecondFactorCheck } from '../second-factors/second-factor-check';
import type { Secrets } from '../secrets';
import { secondFactorMethods } from '../sessions/fresh';
import { areTwoFactors } from '../sessions/session';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { Change, Start } from '../sessions/start-session';
import { isGone, requireSameAccount } from '../users/account-state';
import { writeChallenge } from './login-challenge';

/** Somebody whose credential was right. */
export interface Entry extends Omit<Start, 'user'> {
  /**
   * What uses the credential up, such as a code: in the transaction that begins the session, or by itself where something still stands
   * before one.
   */
  readonly change?: Change;
  /** The deletion of the account is taken back by `change`. */
  readonly takesBackDeletion?: true;
  /** Who opens the account too, from the moment the session begins. What still stands before that carries it along in its challenge. */
  readonly identity?: ProviderUser | undefined;
}

/**
 * What stands between a right credential and a session, asked in this order, for whatever credential it was
 * (docs/decisions/038-admission.md).
 *
 * 1. The account is disabled, or its deletion is due: INVALID_CREDENTIALS.
 * 2. It is to be deleted: DELETION_SCHEDULED, and `completeLogin` takes that back.
 * 3. The password is known to others: PASSWORD_RESET_REQUIRED, and a reset mail is on its way.
 * 4. Its address was never proved, and has to be, as wherever there is mail for whoever links another provider: EMAIL_NOT_VERIFIED, and a mail is on
 *    its way.
 * 5. It has a second factor, and one factor was shown: SECOND_FACTOR_REQUIRED, and `completeLogin` takes it.
 * 6. Nothing: the session begins.
 */
export interface Admission {
  /**
   * `user`: as it will be once `change` is done.
   * @throws {Failure} INVALID_CREDENTIALS, DELETION_SCHEDULED, PASSWORD_RESET_REQUIRED, EMAIL_NOT_VERIFIED, SECOND_FACTOR_REQUIRED,
   * and what `change` throws
   */
  readonly admit: (user: UserRow, entry: Entry) => Promise<Answer<SignedIn>>;
}

export interface AdmissionDependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly sessions: SessionsService;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly secondFactors: SecondFactorCheck;
  readonly ownerNotices: OwnerNotices;
  readonly providers: Providers;
  readonly isProofRequired: boolean;
}

type Obstacle = 'gone' | 'deletion' | 'distrusted' | 'unproved' | 'second factor';

export function createAdmission(dependencies: AdmissionDependencies): Admission {
  const { audit, sessions, secondFactors, secrets, clock, ownerNotices } = dependencies;
  const askByMail = createAskByMail(dependencies);

  const obstacleOf = async (user: UserRow, { methods, takesBackDeletion, identity }: Entry): Promise<Obstacle | null> => {
    const { disabledAt, deletesAt, passwordDistrustedAt, emailVerifiedAt } = user;
    if (disabledAt !== null || isGone(user, clock)) return 'gone';
    if (deletesAt !== null && !takesBackDeletion) return 'deletion';
    if (passwordDistrustedAt !== null && methods.includes('pwd')) return 'distrusted';
    if (emailVerifiedAt === null && (dependencies.isProofRequired || (identity !== undefined && ownerNotices.isOn))) return 'unproved';
    return !areTwoFactors(methods) && (await secondFactors.isNeeded(user.id)) ? 'second factor' : null;
  };

  const refusals: { readonly [Of in Obstacle]: (user: UserRow, entry: Entry) => Promise<Failure> | Failure } = {
    gone: () => new Failure('INVALID_CREDENTIALS'),
    deletion: ({ id: userId, generation, deletesAt }, { methods, identity }) =>
      new Failure('DELETION_SCHEDULED', {
        ...writeChallenge({ kind: 'deletion', userId, generation, methods, identity }, secrets, clock),
        ...(deletesAt && { deletesAt }),
      }),
    distrusted: async (user, entry) => new Failure('PASSWORD_RESET_REQUIRED', { attempt: await askByMail(user, 'RESET', entry.requester) }),
    unproved: async (user, entry) => new Failure('EMAIL_NOT_VERIFIED', { attempt: await askByMail(user, 'VERIFY', entry.requester) }),
    'second factor': async ({ id: userId, generation }, { methods, takesBackDeletion, identity }) =>
      new Failure('SECOND_FACTOR_REQUIRED', {
        ...writeChallenge(
          { kind: takesBackDeletion ? 'second factor and deletion' : 'second factor', userId, generation, methods, identity },
          secrets,
          clock,
        ),
        methods: secondFactorMethods(await secondFactors.of(userId)),
      }),
  };

  /** A credential that was right and gives no session is told as well: somebody has it. */
  const refuse = async (obstacle: Obstacle, user: UserRow, entry: Entry): Promise<never> => {
    const refusal = await refusals[obstacle](user, entry);
    await audit.record({ event: 'login', outcome: 'refused', userId: user.id, actor: anonymous(entry.requester), detail: obstacle });
    throw refusal;
  };

  return {
    admit: async (user, entry) => {
      const { change, takesBackDeletion: _, identity: __, ...start } = entry;
      const obstacle = await obstacleOf(user, entry);
      if (obstacle === null)
        return change === undefined ? sessions.start({ ...start, user }) : sessions.startWith(linking(change, entry, dependencies), start);
      if (obstacle === 'gone' || change === undefined || entry.takesBackDeletion) return refuse(obstacle, user, entry);
      const changed = await audit.change(change); // what stood in the way may be gone with it, or have gone meanwhile
      const left = await obstacleOf(changed, entry);
      if (left !== null) return refuse(left, changed, entry);
      const { id, generation } = changed;
      return sessions.startWith(
        linking((queries) => requireSameAccount(queries, { id, generation }), entry, dependencies),
        start,
      );
    },
  };
}

/** With it, in its transaction, whoever came from another provider is linked. */
const linking = (change: Change, { identity, requester }: Entry, dependencies: AdmissionDependencies): Change =>
  identity === undefined
    ? change
    : async (queries, note) => {
        const user = await change(queries, note);
        await addIdentity(queries, note, { user, identity, requester }, dependencies);
        return user;
      };

/**
 * Sends the code that is needed, unless one that was sent before is still good for a while: whoever knows the password must not make a mail
 * each time.
 * @returns the attempt
 */
const createAskByMail =
  (dependencies: AdmissionDependencies) =>
  async (user: UserRow, purpose: OwnCode['purpose'], requester: Requester): Promise<string> => {
    const { audit, mailTokens } = dependencies;
    const { email, emailKey } = user;
    const known = await mailTokens.findOf(user.id, purpose, emailKey);
    const again = await mailTokens.findAgain({ purpose, user, email, emailKey }, known?.id ?? null);
    if (again !== null) return mailTokens.attemptOf({ id: again.id, purpose });
    const token = await audit.change((queries) => postCode(queries, { user, purpose, requester }, dependencies));
    return mailTokens.attemptOf({ id: token.id, purpose });
  };
