import type { z } from 'zod';
import { setupKinds } from '../admission/factor-setup';
import { readChallenge } from '../admission/login-challenge';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import type { Verdict } from '../proofs/proofs';
import type { Secrets } from '../secrets';
import type { PublicKeyOptions } from '../webauthn/options';
import type { Asked, PasskeyCheck } from '../webauthn/passkey-check';
import type { passkeyOptionsInput } from './passkeys.inputs';

/**
 * What the browser is asked with: beside another factor of a log-in that goes on, by its challenge; of whoever is logged in; and of
 * anybody, whom a passkey then names. No row is written, and the last of the three says nothing about accounts.
 * @throws {Failure} INVALID_CODE (a challenge that is old, used or of something else), FORBIDDEN (no passkey to ask for),
 * FEATURE_DISABLED, UNAVAILABLE
 */
export type AskForPasskey = (
  verdict: Verdict,
  input: z.output<typeof passkeyOptionsInput> | null | undefined,
) => Promise<{ readonly publicKey: PublicKeyOptions }>;

interface Dependencies {
  readonly database: Database;
  readonly passkeyCheck: PasskeyCheck;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** Challenges of somebody who has shown a first factor: no other one may tell which passkeys an account has. */
const asksForFactor: ReadonlySet<string> = new Set(['second factor', 'second factor and deletion', ...setupKinds]);

export function createAskForPasskey({ database, passkeyCheck, secrets, clock }: Dependencies): AskForPasskey {
  const ofChallenge = async (text: string): Promise<Asked> => {
    const challenge = readChallenge(text, secrets, clock);
    if (challenge?.kind === 'link') return { purpose: 'link', challenge: text }; // of anybody: it says nothing about accounts
    if (challenge === null || !asksForFactor.has(challenge.kind)) throw new Failure('INVALID_CODE');
    const user = await database.client.user.findUnique({ where: { id: challenge.userId } });
    if (user?.generation !== challenge.generation) throw new Failure('INVALID_CODE');
    return { purpose: 'second factor', userId: user.id, challenge: text };
  };

  return async (verdict, input) => {
    passkeyCheck.party();
    const challenge = input?.challenge;
    if (challenge != null) return { publicKey: await passkeyCheck.optionsFor(await ofChallenge(challenge)) };
    const asked: Asked = verdict.accepted ? { purpose: 'reauthentication', userId: verdict.session.user.id } : { purpose: 'login' };
    return { publicKey: await passkeyCheck.optionsFor(asked) };
  };
}
