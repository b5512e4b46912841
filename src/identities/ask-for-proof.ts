import { nobodysId, writeChallenge } from '../admission/login-challenge';
import { type Answer, withEffects } from '../answer';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import { factsOf } from '../mail/facts';
import type { AskForCode } from '../mailbox/ask-for-code';
import { normalKey } from '../names/normal-key';
import type { ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';

/**
 * Where accounts begin with the mailbox (AUTH_REGISTRATION=verified): what is to be answered to somebody whose provider does not vouch. The same, and the
 * same work, whether or not the address has an account: its mailbox is told.
 * @throws {Failure} EMAIL_NOT_VERIFIED, FEATURE_DISABLED (no mail), RATE_LIMITED, UNAVAILABLE
 */
export type AskForProof = (person: ProviderUser, email: string, requester: Requester) => Promise<Answer<never>>;

interface Dependencies {
  readonly database: Database;
  readonly ask: AskForCode;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

export const createAskForProof =
  ({ database, ask, secrets, clock }: Dependencies): AskForProof =>
  async (person, email, requester) => {
    const emailKey = normalKey(email);
    return withEffects(await ask.admit(emailKey, requester), async () => {
      const owner = await database.findUser('emailKey', emailKey);
      const facts = factsOf(owner, requester, new Date(clock.now()));
      const { attempt } = await ask.send({
        token: { purpose: 'REGISTER', user: null, email, emailKey },
        mail:
          owner === null
            ? { kind: 'register-code', recipient: email, tokenId: 'own', facts, wishes: [person.locale, requester.acceptLanguage] }
            : { kind: 'register-taken', recipient: owner.email, tokenId: null, facts, wishes: [owner.locale, requester.acceptLanguage] },
        attempt: null,
      });
      const challenge = { kind: 'registration', userId: nobodysId, generation: 0, methods: [], identity: person } as const;
      throw new Failure('EMAIL_NOT_VERIFIED', { attempt, ...writeChallenge(challenge, secrets, clock) });
    });
  };
