import { z } from 'zod';
import { type Failure, type FailureCode } from '../errors';
import { problemAnswer, problemContentType, problemHeaders, problemMediaType, toProblem } from '../http/problem';
import type { FailureShape } from '../rest/route';

/** RFC 6749 §5.2 and RFC 7009 §2.2.1, for each code that such an endpoint can give. */
const errors: Partial<Record<FailureCode, string>> = {
  UNAUTHENTICATED: 'invalid_client',
  INVALID_CREDENTIALS: 'invalid_client',
  INTERNAL_SERVER_ERROR: 'server_error',
  UNAVAILABLE: 'temporarily_unavailable',
  RATE_LIMITED: 'temporarily_unavailable',
};

/** A problem (RFC 9457) that OAuth's clients can read as well: with `error`, and as plain JSON where they ask for it. */
export const oauthProblem: FailureShape = {
  mediaType: problemMediaType,
  // What OAuth's clients read (RFC 6749 §5.2).
  schema: problemAnswer.extend({ error: z.string(), error_description: z.string() }).meta({ id: 'OAuthProblem' }),
  render: (failure, requestId, accept) => ({
    headers: {
      ...problemHeaders(failure),
      ...(failure.status === 401 && { 'www-authenticate': 'Basic realm="gatehouse", charset="UTF-8"' }),
    },
    contentType: asksForJson(accept) ? 'application/json; charset=utf-8' : problemContentType,
    body: toOAuthProblem(failure, requestId),
  }),
};

const asksForJson = (accept = ''): boolean => /application\/json/i.test(accept) && !/application\/problem\+json/i.test(accept);

function toOAuthProblem(failure: Failure, requestId: string): object {
  const problem = toProblem(failure, requestId);
  return { ...problem, error: errors[failure.code] ?? 'invalid_request', error_description: problem.detail };
}
