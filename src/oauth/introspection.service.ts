import { z } from 'zod';
import type { Clock } from '../clock';
import { expected, parseInput } from '../input';
import type { Requester } from '../requester';
import type { AuthenticatedClient } from '../service-clients/clients.service';
import type { SessionCheck } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import { toRoles } from '../users/user';

/** RFC 7662 §2.1 and RFC 7009 §2.1. Other parameters are ignored, as both say; a hint is only a hint. */
export const tokenInput = z.object(
  { token: z.string(expected('a text')).min(1, 'must not be empty'), token_type_hint: z.string().optional() },
  expected('a form'),
);

/** Names as RFC 7662 §2.2 has them. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly token_type: 'Bearer';
      readonly iss: string;
      readonly aud: string;
      readonly sub: string;
      readonly sid: string;
      readonly jti: string;
      readonly iat: number;
      readonly exp: number;
      readonly auth_time: number;
      /** How the session began (RFC 8176). */
      readonly amr: readonly string[];
      readonly username: string;
      readonly roles: readonly string[];
      /** The permissions that the roles stand for, separated by spaces. Left out: none. */
      readonly scope?: string;
    };

export interface IntrospectionService {
  /**
   * Whether an access token is active now, as every request to the gateway is judged. A refresh token is not: a service
   * that was sent one in place of an access token must not take it for one. @throws {Failure} BAD_USER_INPUT, UNAVAILABLE
   */
  readonly introspect: (client: AuthenticatedClient, input: unknown) => Promise<Introspection>;
  /**
   * Ends the session of a live access token or of any refresh token of ours. To have the token is the permission: our
   * clients are public (RFC 7009 §2.1, §5). Nonsense is no failure. @throws {Failure} BAD_USER_INPUT, UNAVAILABLE
   */
  readonly revoke: (input: unknown, requester: Requester) => Promise<void>;
}

interface Dependencies {
  readonly check: SessionCheck;
  readonly sessions: SessionsService;
  readonly issuer: () => string;
  readonly audience: () => string;
  /** See Notices. */
  readonly settled: () => Promise<void>;
  readonly clock: Clock;
}

/** Longer than any token of ours. */
const maxTokenLength = 4_096;

export function createIntrospectionService({ check, sessions, issuer, audience, settled, clock }: Dependencies): IntrospectionService {
  return {
    introspect: async (_client, input) => {
      const { token } = parseInput(tokenInput, input ?? {});
      const verdict = await check.judge(token);
      if (!verdict.accepted) return { active: false };
      const { claims, session } = verdict;
      // The tolerance for clocks is for the gateway's own nodes: RFC 7662 §2.2 has no token that is active after its `exp`.
      if (claims.expiresAt * 1000 <= clock.now()) return { active: false };
      const { list } = await session.permissions();
      return {
        active: true,
        token_type: 'Bearer',
        iss: issuer(),
        aud: audience(),
        sub: claims.userId,
        sid: claims.sessionId,
        jti: claims.tokenId,
        iat: claims.issuedAt,
        exp: claims.expiresAt,
        auth_time: Math.floor(session.row.authenticatedAt.getTime() / 1000),
        amr: session.row.methods.split(' '),
        username: session.user.username,
        roles: toRoles(session.user.roles),
        ...(list.length > 0 && { scope: list.join(' ') }),
      };
    },
    revoke: async (input, requester) => {
      const { token } = parseInput(tokenInput, input ?? {});
      if (token.length > maxTokenLength) return;
      const verdict = await check.judge(token);
      // Without the effects of the log-out: any page can send this form, and must not make the browser forget what it keeps for us.
      if (verdict.accepted) await sessions.logout(verdict.session, { scope: 'CURRENT' }, requester);
      else if (verdict.reason === 'REVOKED')
        await settled(); // who ended it may not have been answered yet
      else await sessions.endByRefreshToken(token, requester);
    },
  };
}
