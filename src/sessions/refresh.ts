import type { z } from 'zod';
import { parseInput } from '../input';
import type { Requester } from '../requester';
import { deliver, forgettingIfRefused, requireDeliverable, requireKeptToken } from './delivery';
import type { SpendRefreshToken } from './session.rotation';
import { refreshHeaders, type refreshInput } from './sessions.inputs';
import type { SignedIn, SignIn } from './signed-in';

/**
 * A token in the input wins over one that the browser keeps; the latter is taken from an allowed origin alone. The header
 * `Idempotency-Key` makes it a request that may be sent again: see SpendRefreshToken.
 * @throws {Failure} BAD_USER_INPUT, INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, FORBIDDEN, RATE_LIMITED
 */
export type Refresh = (input: z.output<typeof refreshInput>, requester: Requester) => Promise<SignedIn>;

export const createRefresh =
  (spend: SpendRefreshToken, signIn: SignIn): Refresh =>
  async ({ refreshToken, delivery }, requester) => {
    const { 'idempotency-key': key } = parseInput(refreshHeaders, { 'idempotency-key': requester.idempotencyKey });
    requireDeliverable(delivery, requester);
    if (refreshToken != null) return deliver(await signIn(await spend(refreshToken, key, requester)), delivery, requester);
    const kept = requireKeptToken(requester);
    return deliver(await signIn(await forgettingIfRefused(requester, () => spend(kept, key, requester))), delivery ?? 'COOKIE', requester);
  };
