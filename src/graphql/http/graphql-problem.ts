import { z } from 'zod';
import { problemHeaders } from '../../http/problem';
import type { FailureShape } from '../../rest/route';
import { describeFailure } from '../format-error';
import { contentTypeFor } from './content-type';

/** What a GraphQL client reads a refusal from (GraphQL §7.1.2). */
const graphqlErrorsAnswer = z
  .object({
    errors: z.array(
      z.object({
        message: z.string(),
        extensions: z.looseObject({
          code: z.string(),
          requestId: z.string(),
          reason: z.enum(['MISSING', 'MALFORMED', 'EXPIRED', 'REVOKED', 'INVALID']).optional(),
        }),
      }),
    ),
  })
  .meta({ id: 'GraphQLErrors' });

/** A failure in GraphQL's shape, for what never reached an operation. Its status is the code's: nobody has executed anything (GraphQL over HTTP §6.4). */
export const graphqlProblem: FailureShape = {
  mediaType: 'application/graphql-response+json',
  schema: graphqlErrorsAnswer,
  render: (failure, requestId, accept) => {
    const { message, extensions } = describeFailure(failure);
    return {
      headers: problemHeaders(failure),
      contentType: contentTypeFor(accept) ?? 'application/json; charset=utf-8',
      body: { errors: [{ message, extensions: { ...extensions, requestId } }] },
    };
  },
};
