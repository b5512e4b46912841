import type { z } from 'zod';
import type { Admission } from '../admission/admission';
import { type Answer, withEffects } from '../answer';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SignedIn } from '../sessions/signed-in';
import type { loginInput } from './accounts.inputs';
import type { Credentials } from './credentials';
import type { DistrustPassword } from './password/distrust-password';

/**
 * Begins a session for whoever knows the password of a username or an address.
 * @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, what {@link Admission} throws, FORBIDDEN (a cookie for a foreign page),
 * RATE_LIMITED, UNAVAILABLE
 */
export type LogIn = (input: z.output<typeof loginInput>, requester: Requester) => Promise<Answer<SignedIn>>;

interface Dependencies {
  readonly credentials: Credentials;
  readonly admission: Admission;
  readonly distrustPassword: DistrustPassword;
}

export const createLogIn =
  ({ credentials, admission, distrustPassword }: Dependencies): LogIn =>
  async ({ identifier, password, delivery }, requester) => {
    requireDeliverable(delivery, requester);
    const { value: user, effects } = await credentials.verify(identifier, password, requester);
    return withEffects(effects, async () => {
      const signedIn = await admission.admit(user, { requester, delivery, methods: ['pwd'] });
      await distrustPassword(user, password, requester);
      return signedIn;
    });
  };
