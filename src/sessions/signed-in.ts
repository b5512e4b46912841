import type { z } from 'zod';
import type { Secrets } from '../secrets';
import type { AccessTokens } from '../tokens/access-token';
import { writeRefreshToken } from '../tokens/refresh-token';
import { toRoles, toUser } from '../users/user';
import { earlier, endOf, toSession } from './session';
import type { SessionWithUser } from './session.check';
import type { signedInSchema } from './session.schema';
import type { SessionsSettings } from './sessions.settings';

/** What a client gets when it registers, logs in or refreshes. */
export type SignedIn = z.output<typeof signedInSchema>;

/** Makes the tokens of a session as it stands: the same refresh token for everybody who asks until the next rotation. */
export const createSignIn =
  (accessTokens: AccessTokens, secrets: Secrets, config: Pick<SessionsSettings, 'freshSeconds'>) =>
  async ({ row, user }: SessionWithUser): Promise<SignedIn> => {
    const token = await accessTokens.issue({
      userId: user.id,
      sessionId: row.id,
      authenticatedAt: row.authenticatedAt,
      roles: toRoles(user.roles),
      endsAt: row.tokensExpireAt === null ? endOf(row) : earlier(endOf(row), row.tokensExpireAt),
    });
    const refreshToken = writeRefreshToken({ sessionId: row.id, counter: row.refreshCounter, salt: row.refreshSalt }, secrets);
    return { user: toUser(user), session: toSession(row, row.id, config), tokenType: 'Bearer', refreshToken, deviceToken: null, ...token };
  };

export type SignIn = ReturnType<typeof createSignIn>;
