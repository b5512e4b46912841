import type { Failure, FailureCode } from '../errors';
import { type Problem, problemContentType, problemHeaders, toProblem } from './problem';

/** RFC 6749 §5.2 and RFC 7009 §2.2.1, for each code that such an endpoint can give. */
const errors: Partial<Record<FailureCode, string>> = {
  UNAUTHENTICATED: 'invalid_client',
  INVALID_CREDENTIALS: 'invalid_client',
  INTERNAL_SERVER_ERROR: 'server_error',
  UNAVAILABLE: 'temporarily_unavailable',
  RATE_LIMITED: 'temporarily_unavailable',
};

/** A problem (RFC 9457) that OAuth's clients can read as well: with `error`, and as plain JSON where they ask for it. */
export function toOAuthProblem(failure: Failure, requestId: string, accept: string | undefined) {
  const asksForJson = /application\/json/i.test(accept ?? '') && !/application\/problem\+json/i.test(accept ?? '');
  const problem = toProblem(failure, requestId);
  return {
    headers: {
      ...problemHeaders(failure),
      ...(failure.status === 401 && { 'www-authenticate': 'Basic realm="gatehouse", charset="UTF-8"' }),
    },
    contentType: asksForJson ? 'application/json; charset=utf-8' : problemContentType,
    body: withOAuthMembers(problem, failure.code),
  };
}

export const withOAuthMembers = (problem: Problem, code: FailureCode) => ({
  ...problem,
  error: errors[code] ?? 'invalid_request',
  error_description: problem.detail,
});
