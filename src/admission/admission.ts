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
import { addIdentity, noteIdentityUse } from '../providers/add-identity';
import type { Arrival, Providers } from '../providers/provider';
import type { Requester } from '../requester';
import type { SecondFactorCheck } from '../second-factors/second-factor-check';
import type { Secrets } from '../secrets';
import { secondFactorMethods } from '../sessions/fresh';
import { areTwoFactors } from '../sessions/session';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { Change, Start } from '../sessions/start-session';
import { isGone, requireSameAccount } from '../users/account-state';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import { type ChallengeKind, writeChallenge } from './login-challenge';

/** Somebody whose credential was right. */
export interface Entry extends Omit<Start, 'user'> {
  /**
   * What uses the credential up, such as a code: in the transaction that begins the session, or by itself where something still stands
   * before one.
   */
  readonly change?: Change;
  /** The deletion of the account is taken back by `change`. */
  readonly takesBackDeletion?: true;
  /**
   * Who opens the account too, from the moment the session begins, or does already, and does so still. What stands before that carries it
   * along in its challenge.
   */
  readonly identity?: Arrival | undefined;
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
 * 6. It has none, and a role that asks for one: SECOND_FACTOR_SETUP_REQUIRED, which adds it, and then `completeLogin` takes it. Where the
 *    address has to be proved before that, it is EMAIL_NOT_VERIFIED.
 * 7. Nothing: the session begins.
 */
export interface Admission {
  /**
   * `user`: as it will be once `change` is done.
   * @throws {Failure} INVALID_CREDENTIALS, DELETION_SCHEDULED, PASSWORD_RESET_REQUIRED, EMAIL_NOT_VERIFIED, SECOND_FACTOR_REQUIRED,
   * SECOND_FACTOR_SETUP_REQUIRED, and what `change` throws
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
  readonly passkeyCheck: Pick<PasskeyCheck, 'isOn'>;
  readonly isProofRequired: boolean;
  /** Whether a role of theirs asks for a second factor. */
  readonly needsSecondFactor: (user: Pick<UserRow, 'roles'>) => boolean;
}

type Obstacle = 'gone' | 'deletion' | 'distrusted' | 'unproved' | 'second factor' | 'no second factor';

export function createAdmission(dependencies: AdmissionDependencies): Admission {
  const { audit, sessions, secondFactors, clock, ownerNotices } = dependencies;
  const refusals = createRefusals(dependencies);

  const obstacleOf = async (user: UserRow, { methods, takesBackDeletion, identity }: Entry): Promise<Obstacle | null> => {
    const { disabledAt, deletesAt, passwordDistrustedAt, emailVerifiedAt } = user;
    if (disabledAt !== null || isGone(user, clock)) return 'gone';
    if (deletesAt !== null && !takesBackDeletion) return 'deletion';
    if (passwordDistrustedAt !== null && methods.includes('pwd')) return 'distrusted';
    const isLinked = identity === undefined || identity.linkedAs !== undefined;
    const isProofAskedFor = dependencies.isProofRequired || (!isLinked && ownerNotices.isOn);
    if (emailVerifiedAt === null && isProofAskedFor) return 'unproved';
    if (areTwoFactors(methods)) return null;
    if (await secondFactors.isNeeded(user.id)) return 'second factor';
    if (!dependencies.needsSecondFactor(user)) return null;
    return emailVerifiedAt === null && ownerNotices.isOn ? 'unproved' : 'no second factor';
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

/** What each obstacle is answered with. */
function createRefusals(dependencies: AdmissionDependencies): {
  readonly [Of in Obstacle]: (user: UserRow, entry: Entry) => Promise<Failure> | Failure;
} {
  const { secondFactors, passkeyCheck, secrets, clock } = dependencies;
  const askByMail = createAskByMail(dependencies);
  const challengeTo = (kind: ChallengeKind, { id: userId, generation }: UserRow, { methods, identity }: Entry) =>
    writeChallenge({ kind, userId, generation, methods, identity }, secrets, clock);

  return {
    gone: () => new Failure('INVALID_CREDENTIALS'),
    deletion: (user, entry) =>
      new Failure('DELETION_SCHEDULED', {
        ...challengeTo('deletion', user, entry),
        ...(user.deletesAt && { deletesAt: user.deletesAt }),
      }),
    distrusted: async (user, entry) => new Failure('PASSWORD_RESET_REQUIRED', { attempt: await askByMail(user, 'RESET', entry.requester) }),
    unproved: async (user, entry) => new Failure('EMAIL_NOT_VERIFIED', { attempt: await askByMail(user, 'VERIFY', entry.requester) }),
    'second factor': async (user, entry) =>
      new Failure('SECOND_FACTOR_REQUIRED', {
        ...challengeTo(entry.takesBackDeletion ? 'second factor and deletion' : 'second factor', user, entry),
        methods: secondFactorMethods(await secondFactors.of(user.id)),
      }),
    'no second factor': (user, entry) =>
      new Failure('SECOND_FACTOR_SETUP_REQUIRED', {
        ...challengeTo(entry.takesBackDeletion ? 'second factor setup and deletion' : 'second factor setup', user, entry),
        methods: passkeyCheck.isOn() ? ['PASSKEY', 'TOTP'] : ['TOTP'],
      }),
  };
}

/** With it, in its transaction, whoever came from another provider is linked, or is linked still. */
const linking = (change: Change, { identity, requester }: Entry, dependencies: AdmissionDependencies): Change =>
  identity === undefined
    ? change
    : async (queries, note) => {
        const user = await change(queries, note);
        if (identity.linkedAs === undefined) await addIdentity(queries, note, { user, identity, requester }, dependencies);
        else await noteIdentityUse(queries, user.id, identity.linkedAs, dependencies.clock);
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
