import { spend } from '../admission/spent';
import { type Answer, withEffects } from '../answer';
import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Provider, Providers, ProviderUser } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import { isStateOf, type ProviderFlow, readFlow, stateOf } from './provider-flow';

/** Who came back from a provider. `userId`: whose link it is; null: a log-in. */
export type ProveIdentity = (
  input: { readonly flow: string; readonly response: string },
  userId: string | null,
  requester: Requester,
) => Promise<Answer<Proven>>;

export interface Proven {
  readonly person: ProviderUser;
  readonly provider: Provider;
}

interface Dependencies {
  readonly database: Database;
  readonly providers: Providers;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/**
 * The flow is used up before the provider is asked: its code counts once there as well. What fails there counts, what is forged costs no question.
 * @returns {ProveIdentity} which throws FEATURE_DISABLED, INVALID_CODE (used up, old, forged, somebody else's, or an answer to another flow),
 * PROVIDER_FAILED, RATE_LIMITED, UNAVAILABLE
 */
export function createProveIdentity({ database, providers, ledger, limits, secrets, clock }: Dependencies): ProveIdentity {
  const read = (token: string, response: URLSearchParams, userId: string | null): { flow: ProviderFlow; provider: Provider } => {
    const flow = readFlow(token, secrets, clock);
    const provider = flow === null ? undefined : providers.get(flow.provider);
    if (flow === null || provider === undefined || flow.userId !== userId) throw new Failure('INVALID_CODE');
    if (response.getAll('state').length !== 1 || !isStateOf(response.get('state'), token)) throw new Failure('INVALID_CODE');
    return { flow, provider };
  };

  return async (input, userId, requester) => {
    if (providers.size === 0) throw new Failure('FEATURE_DISABLED');
    const response = new URLSearchParams(input.response);
    const { flow, provider } = read(input.flow, response, userId);
    const reservation = await ledger.reserve(attemptsFrom(requester, limits.providerFromNetwork), requester);
    return withEffects(reservation.effects, async () => {
      try {
        await database.transaction((queries) => spend(queries, `flow ${flow.nonce}`, flow.expiresAt));
        const authorization = { ...flow, state: stateOf(input.flow) };
        const person = await requester.deadline.whileWaiting(() => provider.identify(authorization, response));
        await reservation.forgive();
        return { person, provider };
      } catch (error) {
        if (error instanceof Failure && error.code === 'PROVIDER_FAILED') await reservation.count();
        else await reservation.release().catch(() => {}); // it runs out by itself
        throw error;
      }
    });
  };
}
