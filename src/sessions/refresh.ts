import type { z } from 'zod';
import type { Client } from '../client';
import { parseInput } from '../input';
import { deliver, forgettingIfRefused, requireDeliverable, requireKeptToken } from './delivery';
import type { SpendRefreshToken } from './session.rotation';
import { refreshHeaders, type refreshInput } from './sessions.inputs';
import type { SignedIn, SignIn } from './signed-in';

/**
 * A token in the input wins over one that the browser keeps; the latter is taken from an allowed origin alone. The header
 * `Idempotency-Key` makes it a request that may be sent again: see SpendRefreshToken.
 * @throws {Failure} BAD_USER_INPUT, INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, FORBIDDEN, RATE_LIMITED
 */
export type Refresh = (input: z.output<typeof refreshInput>, client: Client) => Promise<SignedIn>;

export const createRefresh =
  (spend: SpendRefreshToken, signIn: SignIn): Refresh =>
  async ({ refreshToken, delivery }, client) => {
    const { 'idempotency-key': key } = parseInput(refreshHeaders, { 'idempotency-key': client.idempotencyKey });
    requireDeliverable(delivery, client);
    if (refreshToken != null) return deliver(await signIn(await spend(refreshToken, key, client)), delivery, client);
    const kept = requireKeptToken(client);
    return deliver(await signIn(await forgettingIfRefused(client, () => spend(kept, key, client))), delivery ?? 'COOKIE', client);
  };
