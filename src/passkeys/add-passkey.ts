import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { userActor } from '../actor';
import { requireProvedAddress } from '../addresses/proved-address';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import { type Database, isUniqueViolation, type PasskeyRow, type Queries } from '../database/database';
import { spendOnce } from '../database/queries/spent.query';
import { badInput } from '../errors';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FactorOwner } from '../proofs/proofs';
import type { Requester } from '../requester';
import { makeRecoveryCodes } from '../second-factors/codes/make-recovery-codes';
import { requireOwner } from '../second-factors/factor-owner';
import type { Secrets } from '../secrets';
import type { SessionsService } from '../sessions/sessions.service';
import { judgeClientData, Refused } from '../webauthn/ceremony';
import { userHandleOf, writePasskeyChallenge } from '../webauthn/challenge';
import { creationOptions, type PublicKeyOptions } from '../webauthn/options';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import { type MadePasskey, verifyNewPasskey } from '../webauthn/verify';
import { nameOfMaker } from './authenticators';
import { type Passkey, toPasskey } from './passkey.schema';
import type { PasskeysEvent } from './passkeys.events';
import type { addPasskeyInput, newPasskeyOptionsInput } from './passkeys.inputs';

/** Adding a passkey: the browser is asked for one, and what it gives is kept. */
export interface AddPasskey {
  /** Writes no row. @throws {Failure} FEATURE_DISABLED, EMAIL_NOT_VERIFIED, UNAVAILABLE */
  readonly newPasskeyOptions: (
    owner: FactorOwner,
    input: z.output<typeof newPasskeyOptionsInput> | null | undefined,
  ) => Promise<{ readonly publicKey: PublicKeyOptions }>;
  /**
   * The first second factor gives recovery codes.
   * @throws {Failure} BAD_USER_INPUT with our own reason, FEATURE_DISABLED, EMAIL_NOT_VERIFIED, UNAUTHENTICATED (ended meanwhile),
   * INVALID_CODE (somebody without a session has a second factor meanwhile), UNAVAILABLE
   */
  readonly addPasskey: (
    owner: FactorOwner,
    input: z.output<typeof addPasskeyInput>,
    requester: Requester,
  ) => Promise<{ readonly passkey: Passkey; readonly recoveryCodes: string[] }>;
}

export interface AddPasskeyDependencies {
  readonly database: Database;
  readonly audit: AuditService<PasskeysEvent>;
  readonly sessions: SessionsService;
  readonly ownerNotices: OwnerNotices;
  readonly passkeyCheck: PasskeyCheck;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly isProofNeeded: boolean;
}

/** So that the list of those that may answer, and each mail about one, stays short. */
const maxPasskeys = 50;

const wrong = (message: string) => badInput({ path: 'passkey', message });

export function createAddPasskey(dependencies: AddPasskeyDependencies): AddPasskey {
  const { database, audit, sessions, ownerNotices, passkeyCheck, secrets, clock, isProofNeeded } = dependencies;

  /** Whoever else changes this user waits, also another passkey that is added. @throws {Failure} BAD_USER_INPUT */
  const keepHandle = async (queries: Queries, owner: FactorOwner, handle: string): Promise<void> => {
    const { user } = owner;
    const { count } = await queries.user.updateMany({
      where: { id: user.id, OR: [{ passkeyHandle: null }, { passkeyHandle: handle }] },
      data: { passkeyHandle: handle },
    });
    await requireOwner(queries, owner, sessions);
    if (count === 0) throw wrong('is too old: ask for options again');
    if (user.passkeyHandle === null) await database.notices.publish(queries, 'user', [user.id]);
  };

  return {
    newPasskeyOptions: async ({ user }, input) => {
      const party = passkeyCheck.party();
      requireProvedAddress(user, isProofNeeded);
      const isKey = input?.kind === 'SECURITY_KEY';
      const challenge = writePasskeyChallenge(isKey ? 'new security key' : 'new passkey', user.id, secrets, clock);
      const passkeys = await database.client.passkey.findMany({ where: { userId: user.id } });
      const handle = user.passkeyHandle ?? userHandleOf(user.id, secrets.current);
      return { publicKey: creationOptions(challenge, party, { ...user, handle, passkeys }, isKey) };
    },

    addPasskey: async (owner, { passkey: answer, name }, requester) => {
      const party = passkeyCheck.party();
      const { user, row } = owner;
      requireProvedAddress(user, isProofNeeded);
      const expected = { type: 'webauthn.create', purposes: ['new passkey', 'new security key'], subject: user.id } as const;
      const challenge = judgeClientData(answer, expected, party, secrets, clock);
      if (challenge instanceof Refused) throw wrong(`was refused: ${challenge.reason}`);
      const isKey = challenge.purpose === 'new security key';
      const made = await verifyNewPasskey(answer, challenge, party, !isKey);
      if (made instanceof Refused) throw wrong(`was refused: ${made.reason}`);
      return audit.change(async (queries, note) => {
        await keepHandle(queries, owner, user.passkeyHandle ?? userHandleOf(user.id, challenge.secret));
        if (!(await spendOnce(queries, challenge.text, challenge.expiresAt))) throw wrong('was refused: used before');
        const recoveryCodes = await makeRecoveryCodes(queries, user.id, clock, 'unless there are some');
        const passkey = toRow(made, { userId: user.id, name, isKey, createdAt: new Date(clock.now()) });
        await insert(queries, passkey);
        const { id } = passkey;
        const actor = userActor(user.id, requester);
        const eventId = note({ event: 'passkey.added', userId: user.id, sessionId: row?.id, actor, detail: id });
        await ownerNotices.tell(queries, { kind: 'passkey-added', user, eventId, requester, facts: { passkey: passkey.name } });
        return { passkey: toPasskey(passkey), recoveryCodes };
      });
    },
  };
}

interface Kept {
  readonly userId: string;
  readonly name: string | null | undefined;
  readonly isKey: boolean;
  readonly createdAt: Date;
}

function toRow(made: MadePasskey, { userId, name, isKey, createdAt }: Kept): PasskeyRow {
  const { credentialId, publicKey, counter, isSynced, transports, aaguid } = made;
  return {
    id: randomUUID(),
    credentialId,
    userId,
    publicKey,
    counter,
    verifiesUser: !isKey,
    synced: isSynced,
    transports: transports.filter((each) => /^[a-z-]+$/.test(each)).join(' '),
    aaguid,
    name: name ?? nameOfMaker(aaguid, isKey),
    createdAt,
    lastUsedAt: null,
  };
}

/** @throws {Failure} BAD_USER_INPUT */
async function insert(queries: Queries, row: PasskeyRow): Promise<void> {
  if ((await queries.passkey.count({ where: { userId: row.userId } })) >= maxPasskeys)
    throw wrong(`is one too many: an account has at most ${maxPasskeys}`);
  try {
    await queries.passkey.create({ data: row });
  } catch (error) {
    throw isUniqueViolation(error) ? wrong('is here already') : error;
  }
}
