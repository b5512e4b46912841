import { judgeBearer } from './bearer.js';
import type { VerifiedToken } from './token.js';
import type { Verifier } from './verifier.js';

/** What resolvers are given. */
export interface TokenContext {
  /** Null: nobody, or with a token that is not valid. */
  readonly token: VerifiedToken | null;
}

/**
 * The context of Apollo Server: `startStandaloneServer(server, { context: tokenContext(verifier) })`. A missing or bad token
 * is a caller without one, as in Gatehouse itself; when nobody can tell, the request fails with 503 and the code UNAVAILABLE.
 */
export const tokenContext =
  (verifier: Pick<Verifier, 'verify'>) =>
  async ({ req }: { readonly req: { readonly headers: { readonly authorization?: string | undefined } } }): Promise<TokenContext> => {
    const judged = await judgeBearer(verifier, req.headers.authorization);
    if (judged.token === null && judged.status === 503)
      throw Object.assign(new Error('access tokens cannot be verified now'), {
        extensions: { code: 'UNAVAILABLE', http: { status: 503, headers: new Map(Object.entries(judged.headers)) } },
      });
    return { token: judged.token };
  };
