import type { z } from 'zod';
import type { Credentials } from '../accounts/credentials';
import type { Admission } from '../admission/admission';
import type { completeLoginInput } from '../admission/admission.inputs';
import type { CompleteLogin } from '../admission/complete-login';
import { type Challenge, readChallenge } from '../admission/login-challenge';
import { spend } from '../admission/spent';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Queries } from '../database/database';
import { badInput, Failure } from '../errors';
import { inputObject, parseInput } from '../input';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { JudgeProof } from '../mailbox/code-proof';
import { username as usernameRule } from '../names/names.inputs';
import { normalKey } from '../names/normal-key';
import { createShowPasskey, type Named } from '../passkeys/log-in-with-passkey';
import type { Providers, ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import { requireDeliverable } from '../sessions/delivery';
import type { SignedIn } from '../sessions/signed-in';
import { requireSameAccount } from '../users/account-state';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import type { NewAccount } from './new-account';

interface Dependencies {
  readonly admission: Admission;
  readonly credentials: Credentials;
  readonly judge: JudgeProof;
  readonly mailTokens: MailTokens;
  readonly newAccount: NewAccount;
  readonly providers: Providers;
  readonly passkeyCheck: PasskeyCheck;
  readonly audit: AuditService<'login'>;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Pick<Config, 'registration'>;
  /** Of every other challenge. */
  readonly completeOther: CompleteLogin;
}

const newcomerInput = inputObject({ username: usernameRule });

interface Completion {
  readonly input: z.output<typeof completeLoginInput>;
  readonly challenge: Challenge;
  readonly person: ProviderUser;
  readonly requester: Requester;
}

/** `completeLogin`, of log-ins that began at another provider too: LINK_REQUIRED, USERNAME_REQUIRED, and the mailbox before a new account. */
export function createCompleteLogin(dependencies: Dependencies): CompleteLogin {
  const { secrets, clock, completeOther } = dependencies;
  const link = createLink(dependencies);
  const register = createRegister(dependencies);
  return async (input, requester) => {
    const challenge = readChallenge(input.challenge, secrets, clock);
    if (challenge?.kind !== 'link' && challenge?.kind !== 'registration') return completeOther(input, requester);
    if (challenge.identity === null) throw new Failure('INVALID_CODE');
    requireDeliverable(input.delivery, requester);
    const completion = { input, challenge, person: challenge.identity, requester };
    return challenge.kind === 'link' ? link(completion) : register(completion);
  };
}

/**
 * The account of the address is shown as its owner logs in: with the password, and then with whatever else stands before a session; or with a
 * passkey that verifies its user.
 */
const createLink = (dependencies: Dependencies) => {
  const { admission, credentials } = dependencies;
  const showPasskey = createShowPasskey(dependencies);

  const enter = ({ input, challenge, person, requester }: Completion, { user, methods, useUp }: Named): Promise<Answer<SignedIn>> =>
    admission.admit(user, {
      methods,
      requester,
      delivery: input.delivery,
      identity: person,
      change: async (queries) => {
        await spend(queries, challenge.name, challenge.expiresAt);
        return useUp(queries);
      },
    });

  return async (completion: Completion): Promise<Answer<SignedIn>> => {
    const { input, person, requester } = completion;
    const { password, passkey } = input;
    if (password == null && passkey == null) throw badInput({ path: 'password', message: 'is required, or passkey' });
    if (password != null && passkey != null) throw badInput({ path: 'password', message: 'must not stand beside passkey' });
    const { email } = person;
    if (email === null) throw new Failure('INVALID_CODE');
    if (passkey != null)
      return showPasskey(passkey, { purpose: 'link', challenge: input.challenge }, requester, async (named) => {
        if (named.user.emailKey !== normalKey(email)) throw new Failure('INVALID_CREDENTIALS'); // its account has another address
        return enter(completion, named);
      });
    const { value: user, effects } = await credentials.verify(email, password ?? '', requester);
    const { id, generation } = user;
    return withEffects(effects, () =>
      enter(completion, { user, methods: ['pwd'], useUp: (queries) => requireSameAccount(queries, { id, generation }) }),
    );
  };
};

/** A new account: with a username, and where accounts begin with the mailbox with the code of its mail. */
const createRegister =
  ({ judge, mailTokens, newAccount, providers, config }: Dependencies) =>
  async ({ input, challenge, person, requester }: Completion): Promise<Answer<SignedIn>> => {
    const { attempt, code, delivery } = input;
    const { username } = parseInput(newcomerInput, { username: input.username ?? undefined });
    const needsCode = config.registration === 'verified' && !person.isVouched;
    if (needsCode && (code == null || attempt == null)) throw badInput({ path: 'code', message: 'is required, with its attempt' });
    const { email } = person;
    const provider = providers.get(person.provider);
    if (email === null || provider === undefined) throw new Failure('INVALID_CODE');
    const make = (isProved: boolean, spendCode: (queries: Queries) => Promise<void>) => {
      const spendBoth = async (queries: Queries): Promise<void> => {
        await spend(queries, challenge.name, challenge.expiresAt);
        await spendCode(queries);
      };
      return newAccount.make(
        { person, email, isProved, registers: provider.registers },
        { username, delivery, requester, useUp: spendBoth },
      );
    };
    if (!needsCode) return make(person.isVouched, async () => undefined);
    const { value: token, effects } = await judge({ purpose: 'REGISTER', proof: { attempt, code }, requester });
    return withEffects(effects, async () => {
      if (token.emailKey !== normalKey(email)) throw new Failure('INVALID_CODE');
      return make(true, (queries) => mailTokens.useUp(queries, token));
    });
  };
