import type { z } from 'zod';
import { takeOverByFirstProof } from '../addresses/first-proof';
import type { Admission, Entry } from '../admission/admission';
import { nobodysId, writeChallenge } from '../admission/login-challenge';
import { type Answer, withEffects } from '../answer';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database, UserRow } from '../database/database';
import { hasSecondFactorNow } from '../database/queries/second-factor.query';
import { Failure, type LoginMethod } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { normalKey } from '../names/normal-key';
import { type ProviderUser, providerFailed } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import { type Delivery, requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import type { AskForProof } from './ask-for-proof';
import type { completeProviderLoginInput } from './identities.inputs';
import { admitKnown, findIdentity, methodsOf } from './known-identity';
import type { NewAccount } from './new-account';
import type { ProveIdentity, Proven } from './prove-identity';

/**
 * Logs in whoever comes back from a provider. Somebody known there is known here, by issuer and subject. Of somebody new an equal address links nothing
 * by itself (docs/decisions/055-other-peoples-ways-in.md):
 *
 * | an account with that address | the provider vouches for it | it does not |
 * | --- | --- | --- |
 * | none | a new account, whose address is proved | a new account, whose address is to be proved |
 * | one whose address nobody has proved | the mailbox wins: what else opens the account is taken away | LINK_REQUIRED |
 * | such a one with a second factor | LINK_REQUIRED | LINK_REQUIRED |
 * | one whose address is proved | LINK_REQUIRED | LINK_REQUIRED |
 *
 * Where nobody registers, whoever is not vouched for is answered LINK_REQUIRED, whether or not there is an account.
 *
 * @throws {Failure} BAD_USER_INPUT, FEATURE_DISABLED, INVALID_CODE, PROVIDER_FAILED, LINK_REQUIRED, USERNAME_REQUIRED, USERNAME_TAKEN, EMAIL_TAKEN,
 * what {@link Admission} throws, FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE
 */
export type CompleteProviderLogin = (input: z.output<typeof completeProviderLoginInput>, requester: Requester) => Promise<Answer<SignedIn>>;

interface Dependencies {
  readonly database: Database;
  readonly admission: Admission;
  readonly sessions: SessionsService;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Pick<Config, 'registration'>;
  readonly prove: ProveIdentity;
  readonly newAccount: NewAccount;
  readonly askForProof: AskForProof;
  readonly passkeyCheck: Pick<PasskeyCheck, 'isOn'>;
}

/** What whoever comes back wants besides. */
interface Wish {
  readonly username: string | null | undefined;
  readonly delivery: Delivery;
  readonly requester: Requester;
}

export function createCompleteProviderLogin(dependencies: Dependencies): CompleteProviderLogin {
  const { database, config, prove, newAccount, askForProof, ledger, limits } = dependencies;
  const takeOver = createTakeOver(dependencies);

  const enterNew = async ({ person, provider }: Proven, wish: Wish): Promise<Answer<SignedIn>> => {
    const { email } = person;
    if (email === null) throw providerFailed(person.provider, 'NO_EMAIL');
    const enter = async (): Promise<Answer<SignedIn>> => {
      const owner = await database.findUser('emailKey', normalKey(email));
      if (owner === null) return newAccount.make({ person, email, isProved: person.isVouched, registers: provider.registers }, wish);
      // Of several first log-ins at once one has made the account meanwhile: it is this person's.
      const meanwhile = await findIdentity(database, person);
      if (meanwhile !== null) return admitKnown(meanwhile, person, wish, dependencies);
      // A second factor is asked for before anything of the account is changed.
      const isFree = owner.emailVerifiedAt === null && !(await hasSecondFactorNow(database.client, owner.id));
      if (isFree && person.isVouched) return takeOver(owner, person, wish);
      throw linkRequired(person, owner.passwordHash !== null, dependencies);
    };
    if (person.isVouched) return enter();
    // Which addresses have an account is told to nobody else: not at all where nobody registers, to the mailbox, or for a try of registering.
    if (config.registration === 'closed' || !provider.registers) throw linkRequired(person, true, dependencies);
    if (config.registration === 'verified') return askForProof(person, email, wish.requester);
    return withEffects(await ledger.take(attemptsFrom(wish.requester, limits.register), wish.requester), enter);
  };

  return async ({ flow, response, username, delivery }, requester) => {
    requireDeliverable(delivery, requester);
    const { value: proven, effects } = await prove({ flow, response }, null, requester);
    return withEffects(effects, async () => {
      const known = await findIdentity(database, proven.person);
      const wish = { username, delivery, requester };
      return known === null ? enterNew(proven, wish) : admitKnown(known, proven.person, wish, dependencies);
    });
  };
}

/** Whoever shows the mailbox first has the account: it may be a stranger's who was there before (pre-hijacking). */
const createTakeOver =
  (dependencies: Dependencies) =>
  (owner: UserRow, person: ProviderUser, { delivery, requester }: Wish): Promise<Answer<SignedIn>> => {
    const { admission, clock } = dependencies;
    const entry: Entry = {
      methods: methodsOf(person),
      requester,
      delivery,
      identity: person,
      change: async (queries, note) => {
        // Over the account as it was looked up: one whose address was proved meanwhile has an owner, who is asked.
        const [current] = await queries.user.updateManyAndReturn({
          where: { id: owner.id, generation: owner.generation, emailKey: owner.emailKey, emailVerifiedAt: null, disabledAt: null },
          data: { generation: owner.generation },
        });
        if (current === undefined || (await hasSecondFactorNow(queries, current.id))) throw new Failure('INVALID_CODE');
        return takeOverByFirstProof(queries, note, { user: current, requester }, dependencies);
      },
    };
    return admission.admit({ ...owner, emailVerifiedAt: new Date(clock.now()) }, entry);
  };

/** The account of the address has to be shown once, as its owner logs in: then it is linked. The challenge does not say whether there is one. */
function linkRequired(person: ProviderUser, asksForPassword: boolean, { secrets, clock, passkeyCheck }: Dependencies): Failure {
  const { provider, username, email } = person;
  const account = username ?? email;
  // A passkey is asked for without a name: that tells of nobody's.
  const methods: LoginMethod[] = [
    ...(asksForPassword ? (['PASSWORD'] as const) : []),
    ...(passkeyCheck.isOn() ? (['PASSKEY'] as const) : []),
  ];
  const challenge = { kind: 'link', userId: nobodysId, generation: 0, methods: [], identity: person } as const;
  return new Failure('LINK_REQUIRED', {
    ...writeChallenge(challenge, secrets, clock),
    methods,
    provider,
    ...(account !== null && { account }),
  });
}
