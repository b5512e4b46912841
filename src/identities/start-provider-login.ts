import type { z } from 'zod';
import type { Clock } from '../clock';
import type { Config } from '../config';
import { badInput, Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Verdict } from '../proofs/proofs';
import type { Providers } from '../providers/provider';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { startProviderLoginInput } from './identities.inputs';
import { beginFlow, stateOf } from './provider-flow';
import { isReturnUri } from './return-uri';

/**
 * Where to send the browser, and what to keep until it comes back. With a session it is for linking, to the account of that session alone; without,
 * for logging in. Nothing is written.
 * @throws {Failure} BAD_USER_INPUT, FEATURE_DISABLED, PROVIDER_FAILED, RATE_LIMITED
 */
export type StartProviderLogin = (
  input: z.output<typeof startProviderLoginInput>,
  verdict: Verdict,
  requester: Requester,
) => Promise<{ readonly url: string; readonly flow: string }>;

interface Dependencies {
  readonly providers: Providers;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Config;
  readonly publicUrl: () => string;
}

export const createStartProviderLogin =
  ({ providers, ledger, limits, secrets, clock, config, publicUrl }: Dependencies): StartProviderLogin =>
  async ({ provider: id, redirectUri }, verdict, requester) => {
    if (providers.size === 0) throw new Failure('FEATURE_DISABLED');
    const provider = providers.get(id);
    const isAllowed = isReturnUri(redirectUri, config, publicUrl());
    if (provider === undefined || !isAllowed)
      throw badInput(
        ...(provider === undefined ? [{ path: 'provider', message: 'must be one of authConfig.providers' }] : []),
        ...(isAllowed
          ? []
          : [{ path: 'redirectUri', message: 'must be a page of an allowed origin (AUTH_RETURN_ORIGINS), without a query' }]),
      );
    ledger.refuseKnown(attemptsFrom(requester, limits.providerFromNetwork));
    const userId = verdict.accepted ? verdict.session.user.id : null;
    const { flow, token } = beginFlow({ provider: id, redirectUri, userId }, secrets, clock);
    const url = await requester.deadline.whileWaiting(() => provider.authorizationUrl({ ...flow, state: stateOf(token) }));
    return { url, flow: token };
  };
