import { judgeBearer, keepToken } from './bearer.js';
import type { Verifier } from './verifier.js';

export { tokenOf } from './bearer.js';

interface Request {
  readonly headers: { readonly authorization?: string | undefined };
}

interface Reply {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
  send(): unknown;
}

/** A Fastify hook: `server.addHook('onRequest', requireToken(verifier))`, and `tokenOf(request)` in the handlers. */
export const requireToken =
  (verifier: Pick<Verifier, 'verify'>) =>
  async (request: Request, reply: Reply): Promise<unknown> => {
    const judged = await judgeBearer(verifier, request.headers.authorization);
    if (judged.token === null)
      return reply
        .code(judged.status)
        .headers({ ...judged.headers })
        .send();
    keepToken(request, judged.token);
    return undefined;
  };
