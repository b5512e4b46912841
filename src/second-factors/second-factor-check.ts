import { anonymous, userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService, Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Queries, UserRow } from '../database/database';
import {
  hasSecondFactor,
  readSecondFactors,
  type SecondFactors,
  useUpRecoveryCode,
  useUpStep,
} from '../database/queries/second-factor.query';
import { Failure } from '../errors';
import type { Attempt } from '../limits/attempt';
import { isOwnDevice, readDeviceToken } from '../limits/device-token';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { AuthMethod } from '../sessions/session';
import { Refused } from '../webauthn/ceremony';
import type { PasskeyAnswer } from '../webauthn/passkey-answer';
import type { Asked, PasskeyCheck } from '../webauthn/passkey-check';
import { hashOfRecoveryCode, readRecoveryCode } from './codes/recovery-codes';
import { matchingStep, readTotpCode, stepAt } from './codes/totp';
import { openTotpSecret } from './codes/totp-secret';
import type { SecondFactorsEvent } from './second-factors.events';
import type { SecondFactorsSettings } from './second-factors.settings';

/** What somebody shows: one of the three. */
export interface SecondFactorProof {
  readonly totp?: string | null | undefined;
  readonly recoveryCode?: string | null | undefined;
  readonly passkey?: PasskeyAnswer | null | undefined;
}

/** Who shows it, and where: in a log-in that goes on, or in a session. */
export type Asking =
  | { readonly requester: Requester; readonly challenge: string; readonly sessionId?: undefined }
  | { readonly requester: Requester; readonly sessionId: string; readonly challenge?: undefined };

/** A second factor that was right. */
export interface ShownFactor {
  readonly methods: readonly AuthMethod[];
  /**
   * Part of the caller's transaction: of any number with the same one, one is first. @throws {Failure} INVALID_CODE, INVALID_CREDENTIALS
   */
  readonly useUp: (queries: Queries, note: Note<SecondFactorsEvent>) => Promise<void>;
}

/** Whether a second factor is somebody's: with its limits, and told to the audit. */
export interface SecondFactorCheck {
  readonly isNeeded: (userId: string) => Promise<boolean>;
  readonly of: (userId: string) => Promise<SecondFactors>;
  /**
   * `use` is called with what was shown, and must use it up. Guesses are counted before they are judged; those of a device that the owner
   * has used before have a budget of their own. @throws {Failure} INVALID_CODE, INVALID_CREDENTIALS (a passkey), FEATURE_DISABLED
   * (passkeys are off), RATE_LIMITED, UNAVAILABLE, and what `use` throws
   */
  readonly withProof: <T>(
    user: UserRow,
    proof: SecondFactorProof,
    asking: Asking,
    use: (shown: ShownFactor) => Promise<T | Answer<T>>,
  ) => Promise<Answer<T>>;
}

/** Wrong ones in a row after a right first factor: then the owner is told (ASVS 5.0 6.3.5). */
const toldAfter = 3;

export interface SecondFactorCheckDependencies {
  readonly database: Database;
  readonly audit: AuditService<SecondFactorsEvent>;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly passkeyCheck: PasskeyCheck;
  readonly config: Pick<SecondFactorsSettings, 'totpDrift'>;
}

export function createSecondFactorCheck(dependencies: SecondFactorCheckDependencies): SecondFactorCheck {
  const { database, audit, ledger, limits, ownerNotices, secrets } = dependencies;

  const attemptsOf = (user: UserRow, { deviceToken }: Requester): Attempt[] => {
    const account = { userId: user.id };
    const device = readDeviceToken(deviceToken, secrets);
    return device !== null && isOwnDevice(device, user)
      ? [{ limit: limits.secondFactorFromDevice, subject: `${user.id} ${device.deviceId}`, account }]
      : [
          { limit: limits.secondFactor, subject: user.id, account },
          { limit: limits.secondFactorOfAccount, subject: user.id, account },
        ];
  };

  const tellRefused = ({ user, detail, requester, sessionId, isToldToOwner }: Telling): Promise<void> =>
    audit.change(async (queries, note) => {
      const eventId = note({
        event: 'second_factor.refused',
        outcome: 'refused',
        userId: user.id,
        sessionId,
        actor: sessionId === undefined ? anonymous(requester) : userActor(user.id, requester),
        detail,
      });
      if (isToldToOwner) await ownerNotices.tell(queries, { kind: 'second-factor-refused', user, eventId, requester });
    });

  return {
    isNeeded: (userId) => hasSecondFactor(database.statements, userId),
    of: (userId) => readSecondFactors(database.client, userId),
    withProof: async (user, proof, asking, use) => {
      const { requester, sessionId } = asking;
      const reservation = await ledger.reserve(attemptsOf(user, requester), requester);
      return withEffects(reservation.effects, async () => {
        const shown = await releasingUnlessJudged(reservation, () => judge(user, proof, asking, dependencies));
        if ('wrong' in shown) {
          const [wrongInARow] = await reservation.count();
          const isToldToOwner = wrongInARow === toldAfter && sessionId === undefined;
          await tellRefused({ user, detail: shown.wrong, requester, sessionId, isToldToOwner });
          throw new Failure(proof.passkey == null ? 'INVALID_CODE' : 'INVALID_CREDENTIALS');
        }
        const result = await releasingUnlessJudged(reservation, () => use(shown));
        await reservation.forgive();
        return result;
      });
    },
  };
}

interface Telling {
  readonly user: UserRow;
  readonly detail: string;
  readonly requester: Requester;
  readonly sessionId: string | undefined;
  readonly isToldToOwner: boolean;
}

/** `wrong`: what it was, in words of ours for the audit. */
type Judge = (
  user: UserRow,
  proof: SecondFactorProof,
  asking: Asking,
  dependencies: SecondFactorCheckDependencies,
) => Promise<ShownFactor | { readonly wrong: string }>;

const judge: Judge = (user, proof, asking, dependencies) => {
  if (proof.passkey != null) return judgePasskey(user, proof, asking, dependencies);
  return proof.totp == null ? judgeRecoveryCode(user, proof, asking, dependencies) : judgeTotp(user, proof, asking, dependencies);
};

const judgePasskey: Judge = async ({ id: userId }, { passkey }, { requester, challenge }, { passkeyCheck }) => {
  if (passkey == null) return { wrong: 'passkey' };
  const asked: Asked = challenge === undefined ? { purpose: 'reauthentication', userId } : { purpose: 'second factor', userId, challenge };
  const judged = await passkeyCheck.judge(passkey, asked, requester);
  return judged instanceof Refused ? { wrong: `passkey: ${judged.reason}` } : judged;
};

const judgeTotp: Judge = async ({ id: userId }, { totp }, _asking, { database, secrets, clock, config }) => {
  const wrong = { wrong: 'time-based code' };
  const row = await database.client.totp.findUnique({ where: { userId } });
  const code = readTotpCode(totp ?? '');
  if (row?.secret == null || row.confirmedAt === null || code === null) return wrong;
  const { secret, lastStep } = row;
  const opened = openTotpSecret(secret, userId, secrets);
  const step = opened && matchingStep(opened, code, { step: stepAt(clock.now()), drift: config.totpDrift, lastStep });
  if (step === null) return wrong;
  return {
    methods: ['otp'],
    useUp: async (queries) => {
      if (!(await useUpStep(queries, userId, secret, step))) throw new Failure('INVALID_CODE');
    },
  };
};

const judgeRecoveryCode: Judge = async (user, { recoveryCode }, { requester }, { database, clock, ownerNotices }) => {
  const wrong = { wrong: 'recovery code' };
  const code = readRecoveryCode(recoveryCode ?? '');
  if (code === null) return wrong;
  const codeHash = hashOfRecoveryCode(code);
  const known = await database.client.recoveryCode.findUnique({ where: { userId_codeHash: { userId: user.id, codeHash } } });
  if (known === null || known.usedAt !== null) return wrong;
  return {
    methods: ['rc'],
    useUp: async (queries, note) => {
      if (!(await useUpRecoveryCode(queries, user.id, codeHash, new Date(clock.now())))) throw new Failure('INVALID_CODE');
      const { recoveryCodesLeft } = await readSecondFactors(queries, user.id);
      const eventId = note({
        event: 'recovery_code.used',
        userId: user.id,
        actor: userActor(user.id, requester),
        detail: `${recoveryCodesLeft} left`,
      });
      const facts = { codesLeft: String(recoveryCodesLeft) };
      await ownerNotices.tell(queries, { kind: 'recovery-code-used', user, eventId, requester, facts });
    },
  };
};
