import type { Failure } from '../errors';
import { contentTypeFor } from '../graphql/content-type';
import { describeFailure } from '../graphql/format-error';
import { problemHeaders } from './problem';

/** A failure in GraphQL's shape, for what never reached an operation. Its status is the code's: nobody has executed anything (GraphQL over HTTP §6.4). */
export function toGraphQLProblem(failure: Failure, requestId: string, accept: string | undefined) {
  const { message, extensions } = describeFailure(failure);
  return {
    headers: problemHeaders(failure),
    contentType: contentTypeFor(accept) ?? 'application/json; charset=utf-8',
    body: { errors: [{ message, extensions: { ...extensions, requestId } }] },
  };
}
