import { anonymous } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database, PasskeyRow, Queries, UserRow } from '../database/database';
import { raiseCounter } from '../database/queries/passkey.query';
import { isUsedUp, spendOnce } from '../database/queries/spent.query';
import { Failure } from '../errors';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { AuthMethod } from '../sessions/session';
import { type AnsweredChallenge, type Flags, judgeAuthenticatorData, judgeClientData, Refused } from './ceremony';
import { writePasskeyChallenge } from './challenge';
import { type PublicKeyOptions, requestOptions } from './options';
import type { PasskeyAnswer } from './passkey-answer';
import { type RelyingParty, relyingPartyOf } from './relying-party';
import { verifyKnownPasskey } from './verify';
import type { WebauthnEvent } from './webauthn.events';

/**
 * What a passkey is asked for: to log in, without a name; the same, to link whoever came from another provider, by the challenge of that;
 * beside another factor, of a log-in that goes on; or of somebody who is logged in.
 */
export type Asked =
  | { readonly purpose: 'login' }
  | { readonly purpose: 'link'; readonly challenge: string }
  | { readonly purpose: 'second factor'; readonly userId: string; readonly challenge: string }
  | { readonly purpose: 'reauthentication'; readonly userId: string };

/** A passkey that was right. */
export interface ShownPasskey {
  readonly user: UserRow;
  /** `hwk` or `swk`, and `user` where it has verified who is there (RFC 8176 §2). */
  readonly methods: readonly AuthMethod[];
  /** Part of the caller's transaction: of any number with the same answer, one is first. @throws {Failure} INVALID_CREDENTIALS */
  readonly useUp: (queries: Queries) => Promise<void>;
}

/** Whether a passkey is somebody's. Who may ask how often, the caller says. */
export interface PasskeyCheck {
  readonly isOn: () => boolean;
  /** @throws {Failure} FEATURE_DISABLED */
  readonly party: () => RelyingParty;
  /** Writes no row, whoever looks. @throws {Failure} FEATURE_DISABLED, FORBIDDEN when there is no passkey to ask for, UNAVAILABLE */
  readonly optionsFor: (asked: Asked) => Promise<PublicKeyOptions>;
  /** An unknown passkey costs the same work as a known one. @throws {Failure} FEATURE_DISABLED, UNAVAILABLE */
  readonly judge: (answer: PasskeyAnswer, asked: Asked, requester: Requester) => Promise<ShownPasskey | Refused>;
}

export interface PasskeyCheckDependencies {
  readonly database: Database;
  readonly audit: AuditService<WebauthnEvent>;
  readonly ownerNotices: OwnerNotices;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Pick<Config, 'passkeys' | 'passkeyDomain' | 'corsOrigins' | 'production'>;
  readonly publicUrl: () => string;
}

type Found = PasskeyRow & { readonly user: UserRow };

export function createPasskeyCheck(dependencies: PasskeyCheckDependencies): PasskeyCheck {
  const { database, secrets, clock, config, publicUrl } = dependencies;
  const { passkey } = database.client;
  const counters = createCounters(dependencies);

  const party = (): RelyingParty => {
    const found = relyingPartyOf(config, publicUrl());
    if (found === null) throw new Failure('FEATURE_DISABLED');
    return found;
  };

  /** The challenge and the signature are judged whatever the passkey: an unknown one is no faster. */
  const judgeSignature = async (answer: PasskeyAnswer, asked: Asked, found: Found | null): Promise<Signed | Refused> => {
    const { authenticatorData, signature } = answer.response;
    const expected = { type: 'webauthn.get', purposes: [asked.purpose], subject: subjectOf(asked) } as const;
    const challenge = judgeClientData(answer, expected, party(), secrets, clock);
    if (challenge instanceof Refused) return challenge;
    if (authenticatorData === undefined || signature === undefined) return new Refused('a new passkey, and not a known one');
    const isVerificationNeeded = isNameless(asked) || (found?.verifiesUser ?? true);
    const flags = judgeAuthenticatorData(Buffer.from(authenticatorData, 'base64url'), party(), isVerificationNeeded);
    if (flags instanceof Refused) return flags;
    const isSigned = await verifyKnownPasskey(answer, challenge, party(), found?.publicKey);
    return isSigned || found === null ? { challenge, flags } : new Refused('a wrong signature');
  };

  return {
    isOn: () => relyingPartyOf(config, publicUrl()) !== null,
    party,

    optionsFor: async (asked) => {
      const relyingParty = party();
      const known = isNameless(asked) ? null : await passkey.findMany({ where: { userId: asked.userId } });
      if (known?.length === 0) throw new Failure('FORBIDDEN');
      return requestOptions(writePasskeyChallenge(asked.purpose, subjectOf(asked), secrets, clock), relyingParty, known);
    },

    judge: async (answer, asked, requester) => {
      party();
      const found = await passkey.findUnique({ where: { credentialId: answer.id }, include: { user: true } });
      const signed = await judgeSignature(answer, asked, found);
      if (signed instanceof Refused) return found === null ? signed : new Refused(signed.reason, found.userId);
      if (found === null) return new Refused('unknown passkey');
      const reason = reasonAgainst(answer, asked, found, signed.flags);
      if (reason !== null) return new Refused(reason, found.userId);
      // A replay is none of a copy: its counter is the one that it has raised itself.
      if (await isUsedUp(database.client, signed.challenge.text)) return new Refused('used before', found.userId);
      if (await counters.wentBack(found, signed.flags, requester)) return new Refused('a counter that went back', found.userId);
      return shown(found, signed, clock);
    },
  };
}

interface Signed {
  readonly challenge: AnsweredChallenge;
  readonly flags: Flags;
}

/** What a challenge belongs to: nobody who logs in without a name, a log-in that goes on, or a user. */
function subjectOf(asked: Asked): string {
  if (asked.purpose === 'login') return '';
  return asked.purpose === 'reauthentication' ? asked.userId : asked.challenge;
}

/** Nobody has said who is there: the passkey does, so it has to verify them. */
const isNameless = (asked: Asked): asked is Exclude<Asked, { readonly userId: string }> =>
  asked.purpose === 'login' || asked.purpose === 'link';

/** Of a passkey whose signature is right (WebAuthn L3 §7.2, steps 6 and 18). */
function reasonAgainst({ response }: PasskeyAnswer, asked: Asked, found: Found, { isSynced }: Flags): Refused['reason'] | null {
  const { userHandle } = response;
  const { user } = found;
  // Without a name it is the handle that says who logs in.
  const isHandleRight = userHandle == null || userHandle === '' ? !isNameless(asked) : userHandle === user.passkeyHandle;
  if (!isHandleRight || (!isNameless(asked) && asked.userId !== user.id)) return "somebody else's passkey";
  if (isNameless(asked) && !found.verifiesUser) return 'a passkey that cannot verify its user';
  if (isSynced !== found.synced) return 'another kind of passkey than it was';
  return user.disabledAt === null ? null : 'disabled';
}

function shown({ id, user, synced, verifiesUser }: Found, { challenge, flags }: Signed, clock: Clock): ShownPasskey {
  return {
    user,
    methods: [synced ? 'swk' : 'hwk', ...(verifiesUser && flags.isVerified ? (['user'] as const) : [])],
    useUp: async (queries) => {
      const isFirst = await spendOnce(queries, challenge.text, challenge.expiresAt);
      if (!isFirst || !(await raiseCounter(queries, id, BigInt(flags.counter), new Date(clock.now()))))
        throw new Failure('INVALID_CREDENTIALS');
    },
  };
}

/**
 * A counter that goes back tells of a copy, and proves nothing: the answer is refused, the owner is told, and nothing is disabled
 * (WebAuthn L3 §7.2, step 22).
 */
const createCounters = ({ audit, ownerNotices }: PasskeyCheckDependencies) => ({
  wentBack: async ({ id, counter, name, user }: Found, flags: Flags, requester: Requester): Promise<boolean> => {
    const isHigher = BigInt(flags.counter) > counter || (flags.counter === 0 && counter === 0n);
    if (isHigher) return false;
    await audit.change(async (queries, note) => {
      const actor = anonymous(requester);
      const eventId = note({ event: 'passkey.counter_went_back', outcome: 'refused', userId: user.id, actor, detail: id });
      await ownerNotices.tell(queries, { kind: 'passkey-counter-went-back', user, eventId, requester, facts: { passkey: name } });
    });
    return true;
  },
});
