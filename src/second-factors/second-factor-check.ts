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
import { hashOfRecoveryCode, readRecoveryCode } from './codes/recovery-codes';
import { matchingStep, readTotpCode, stepAt } from './codes/totp';
import { openTotpSecret } from './codes/totp-secret';
import type { SecondFactorsEvent } from './second-factors.events';
import type { SecondFactorsSettings } from './second-factors.settings';

/** What somebody shows: one of the two. */
export interface SecondFactorProof {
  readonly totp?: string | null | undefined;
  readonly recoveryCode?: string | null | undefined;
}

/** A second factor that was right. */
export interface ShownFactor {
  readonly method: AuthMethod;
  /** Part of the caller's transaction: of any number with the same code, one is first. @throws {Failure} INVALID_CODE */
  readonly useUp: (queries: Queries, note: Note<SecondFactorsEvent>) => Promise<void>;
}

/** Whether a second factor is somebody's: with its limits, and told to the audit. */
export interface SecondFactorCheck {
  readonly isNeeded: (userId: string) => Promise<boolean>;
  readonly of: (userId: string) => Promise<SecondFactors>;
  /**
   * `use` is called with what was shown, and must use it up. Guesses are counted before they are judged; those of a device that the owner
   * has used before have a budget of their own. @throws {Failure} INVALID_CODE, RATE_LIMITED, UNAVAILABLE, and what `use` throws
   */
  readonly withProof: <T>(
    user: UserRow,
    proof: SecondFactorProof,
    asking: { readonly requester: Requester; readonly sessionId?: string },
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

  const tellRefused = ({ user, proof, requester, sessionId, isToldToOwner }: Refused): Promise<void> => {
    const detail = proof.totp == null ? 'recovery code' : 'time-based code';
    return audit.change(async (queries, note) => {
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
  };

  return {
    isNeeded: (userId) => hasSecondFactor(database.client, userId),
    of: (userId) => readSecondFactors(database.client, userId),
    withProof: async (user, proof, { requester, sessionId }, use) => {
      const reservation = await ledger.reserve(attemptsOf(user, requester), requester);
      return withEffects(reservation.effects, async () => {
        const shown = await releasingUnlessJudged(reservation, () => judge(user, proof, requester, dependencies));
        if (shown === null) {
          const [wrongInARow] = await reservation.count();
          await tellRefused({ user, proof, requester, sessionId, isToldToOwner: wrongInARow === toldAfter && sessionId === undefined });
          throw new Failure('INVALID_CODE');
        }
        const result = await releasingUnlessJudged(reservation, () => use(shown));
        await reservation.forgive();
        return result;
      });
    },
  };
}

interface Refused {
  readonly user: UserRow;
  readonly proof: SecondFactorProof;
  readonly requester: Requester;
  readonly sessionId: string | undefined;
  readonly isToldToOwner: boolean;
}

type Judge = (
  user: UserRow,
  proof: SecondFactorProof,
  requester: Requester,
  dependencies: SecondFactorCheckDependencies,
) => Promise<ShownFactor | null>;

const judge: Judge = (user, proof, requester, dependencies) =>
  proof.totp == null ? judgeRecoveryCode(user, proof, requester, dependencies) : judgeTotp(user, proof, requester, dependencies);

const judgeTotp: Judge = async ({ id: userId }, { totp }, _requester, { database, secrets, clock, config }) => {
  const row = await database.client.totp.findUnique({ where: { userId } });
  const code = readTotpCode(totp ?? '');
  if (row?.secret == null || row.confirmedAt === null || code === null) return null;
  const { secret, lastStep } = row;
  const opened = openTotpSecret(secret, userId, secrets);
  const step = opened && matchingStep(opened, code, { step: stepAt(clock.now()), drift: config.totpDrift, lastStep });
  if (step === null) return null;
  return {
    method: 'otp',
    useUp: async (queries) => {
      if (!(await useUpStep(queries, userId, secret, step))) throw new Failure('INVALID_CODE');
    },
  };
};

const judgeRecoveryCode: Judge = async (user, { recoveryCode }, requester, { database, clock, ownerNotices }) => {
  const code = readRecoveryCode(recoveryCode ?? '');
  if (code === null) return null;
  const codeHash = hashOfRecoveryCode(code);
  const known = await database.client.recoveryCode.findUnique({ where: { userId_codeHash: { userId: user.id, codeHash } } });
  if (known === null || known.usedAt !== null) return null;
  return {
    method: 'rc',
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
