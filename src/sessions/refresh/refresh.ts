import type { z } from 'zod';
import { type Answer, withEffects } from '../../answer';
import { parseInput } from '../../input';
import type { Requester } from '../../requester';
import { deliver, forgettingIfRefused, requireDeliverable, requireKeptToken } from '../delivery';
import { refreshHeaders, type refreshInput } from '../sessions.inputs';
import type { SignedIn, SignIn } from '../signed-in';
import type { SpendRefreshToken } from './session.rotation';

/**
 * A token in the input wins over one that the browser keeps; the latter is taken from an allowed origin alone. The header
 * `Idempotency-Key` makes it a request that may be sent again: see SpendRefreshToken.
 * @throws {Failure} BAD_USER_INPUT, INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, FORBIDDEN, RATE_LIMITED
 */
export type Refresh = (input: z.output<typeof refreshInput>, requester: Requester) => Promise<Answer<SignedIn>>;

export const createRefresh =
  (spend: SpendRefreshToken, signIn: SignIn): Refresh =>
  async ({ refreshToken, delivery }, requester) => {
    const { 'idempotency-key': key } = parseInput(refreshHeaders, { 'idempotency-key': requester.idempotencyKey });
    requireDeliverable(delivery, requester);
    if (refreshToken != null) {
      const { value, effects } = await spend(refreshToken, key, requester);
      return withEffects(effects, async () => deliver(await signIn(value), delivery));
    }
    const kept = requireKeptToken(requester);
    const { value, effects } = await forgettingIfRefused(() => spend(kept, key, requester));
    return withEffects(effects, async () => deliver(await signIn(value), delivery ?? 'COOKIE'));
  };
