import { anonymous, userActor } from '../actor';
import { type Answer, toAnswer, withEffects } from '../answer';
import type { AuditEntry, AuditService } from '../audit/audit.service';
import type { Database, MailTokenRow, UserRow } from '../database/database';
import { badInput, Failure } from '../errors';
import { type Attempt, attemptsFrom } from '../limits/attempt';
import { isOwnDevice, readDeviceToken } from '../limits/device-token';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Purpose } from '../mail-tokens/purposes';
import type { AuthenticatedSession, Verdict } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { MailboxEvent } from './mailbox.events';
import type { GivenProof } from './mailbox.inputs';

/** What a proof is shown for. */
export interface Shown {
  readonly purpose: Purpose;
  readonly proof: GivenProof;
  readonly requester: Requester;
  /** Where a code alone is enough: whose session it is. */
  readonly verdict?: Verdict;
  /** Of the address that a code alone is about. Left out: any that the account has asked to prove. */
  readonly emailKey?: string;
}

/** Whether a code or a link is right, with its limits. The row is still there: whoever changes something uses it up in that transaction. */
export type JudgeProof = (shown: Shown) => Promise<Answer<MailTokenRow>>;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<MailboxEvent>;
  readonly mailTokens: MailTokens;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
}

/** @returns {JudgeProof} which throws INVALID_CODE for every cause, BAD_USER_INPUT, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE */
export function createJudgeProof({ database, audit, mailTokens, ledger, limits, secrets }: Dependencies): JudgeProof {
  const attemptsAt = createAttemptsAt({ database, limits, secrets });

  const judgeCode = async (
    find: () => Promise<MailTokenRow | null>,
    code: string,
    session: AuthenticatedSession | null,
    shown: Shown,
  ): Promise<Answer<MailTokenRow>> => {
    const { requester } = shown;
    let row = null as MailTokenRow | null;
    const reservation = await ledger.reserve(async () => {
      row = await find();
      return attemptsAt(row, session, requester);
    }, requester);
    const found = row;
    return withEffects(reservation.effects, async () => {
      const wrong = await releasingUnlessJudged(reservation, async () => (found === null ? {} : mailTokens.judge(found, code)));
      if (found !== null && wrong === null) {
        await reservation.forgive();
        return found;
      }
      await reservation.count();
      await audit.record(refusedCode(found, shown));
      throw new Failure('INVALID_CODE', wrong ?? {});
    });
  };

  return async (shown) => {
    const { purpose, proof, verdict, emailKey } = shown;
    if (proof.token != null) {
      const name = mailTokens.readLink(proof.token);
      const row = name?.purpose === purpose ? await mailTokens.find(name.id, purpose) : null;
      if (row === null) throw new Failure('INVALID_CODE');
      return toAnswer(row);
    }
    const code = proof.code ?? '';
    if (proof.attempt != null) {
      const id = mailTokens.readAttempt(proof.attempt, purpose);
      if (id === null) throw new Failure('INVALID_CODE');
      return judgeCode(() => mailTokens.find(id, purpose), code, null, shown);
    }
    const session = requireCaller(verdict);
    return judgeCode(() => mailTokens.findOf(session.user.id, purpose, emailKey ?? session.user.emailKey), code, session, shown);
  };
}

/** Of an account in its session, of a known device, or of strangers: nobody uses up the tries of another. */
const createAttemptsAt =
  ({ database, limits, secrets }: Pick<Dependencies, 'database' | 'limits' | 'secrets'>) =>
  async (row: MailTokenRow | null, session: AuthenticatedSession | null, requester: Requester): Promise<Attempt[]> => {
    if (session !== null) {
      const userId = session.user.id;
      return [{ limit: limits.codeOfSession, subject: userId, account: { userId } }];
    }
    const device = readDeviceToken(requester.deviceToken, secrets);
    // A query for a device alone: whoever has its token knows already that there is an account.
    const owner = device === null ? null : await database.client.user.findUnique({ where: { id: device.userId } });
    if (device !== null && row !== null && device.userId === row.userId && isOwnDevice(device, owner))
      return [{ limit: limits.codeFromDevice, subject: `${device.userId} ${device.deviceId}`, account: { userId: device.userId } }];
    // By the address where there is no account: a decoy is counted alike.
    const key = row === null ? 'none' : (row.userId ?? row.emailKey);
    const account = row === null ? {} : row.userId === null ? { tried: row.emailKey } : { userId: row.userId };
    return [
      ...attemptsFrom(requester, limits.codeFromNetwork, { key, account }),
      ...(row === null ? [] : [{ limit: limits.codeOfAccount, subject: key, account }]),
    ];
  };

/** Whoever guesses in a session is its user, whosever code it was. */
function refusedCode(found: MailTokenRow | null, { requester, verdict }: Shown): AuditEntry<MailboxEvent> {
  const caller = verdict?.accepted ? verdict.session : null;
  const userId = found === null ? caller?.user.id : (found.userId ?? undefined);
  return {
    event: 'code.refused',
    outcome: 'refused',
    ...(userId === undefined ? { tried: found?.emailKey ?? '' } : { userId }),
    ...(caller !== null && userId === caller.user.id && { sessionId: caller.row.id }),
    actor: caller === null ? anonymous(requester) : userActor(caller.user.id, requester),
    detail: found?.purpose ?? 'no such code',
  };
}

/** @throws {Failure} BAD_USER_INPUT where nobody is logged in, UNAUTHENTICATED where somebody was */
export function requireCaller(verdict: Verdict | undefined): AuthenticatedSession {
  if (verdict?.accepted) return verdict.session;
  if (verdict === undefined || verdict.reason === 'MISSING') throw badInput({ path: 'attempt', message: 'is required without a session' });
  throw new Failure('UNAUTHENTICATED', { reason: verdict.reason });
}

/** The account of a token, as long as the token counts for it. @throws {Failure} INVALID_CODE */
export async function accountOf(row: MailTokenRow, { database }: Pick<Dependencies, 'database'>): Promise<UserRow> {
  const user = row.userId === null ? null : await database.client.user.findUnique({ where: { id: row.userId } });
  if (user === null || user.disabledAt !== null || user.generation !== row.generation) throw new Failure('INVALID_CODE');
  return user;
}
