import { judgeBearer, keepToken } from './bearer.js';
import type { Verifier } from './verifier.js';

export { tokenOf } from './bearer.js';

interface Request {
  readonly headers: { readonly authorization?: string | undefined };
}

/** Node's own response has these, so that it works with whatever is built on it. */
interface Response {
  writeHead(status: number, headers: Record<string, string>): { end(): unknown };
}

/** An Express middleware: `app.use(requireToken(verifier))`, and `tokenOf(request)` in the handlers. */
export const requireToken =
  (verifier: Pick<Verifier, 'verify'>) =>
  async (request: Request, response: Response, next: () => void): Promise<void> => {
    const judged = await judgeBearer(verifier, request.headers.authorization);
    if (judged.token === null) return void response.writeHead(judged.status, { ...judged.headers }).end();
    keepToken(request, judged.token);
    next();
  };
