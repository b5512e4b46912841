import { z } from 'zod';
import { toRestPath, toSnakeNames } from '../case';
import { describeIssues, type Failure, type FailureDetails, failures, maxShownIssues, plainDetails } from '../errors';

/** RFC 9457. `type` names the kind of problem and is not a place to visit; docs/errors.md explains each. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
}

export const problemMediaType = 'application/problem+json';
export const problemContentType = `${problemMediaType}; charset=utf-8`;

export function toProblem({ code, status, message, details }: Failure, requestId: string): Problem {
  const { issues, reason, methods } = details;
  const wrong = describeIssues(issues, toRestPath);
  return {
    type: `urn:gatehouse:error:${code}`,
    title: failures[code].title,
    status,
    detail: wrong !== null ? `${wrong}.` : reason === undefined ? message : `${message} (${reasons[reason]})`,
    code,
    request_id: requestId,
    ...(issues && {
      issues: issues.slice(0, maxShownIssues).map(({ path, message: rule }) => ({ path: toRestPath(path), message: rule })),
      issue_count: issues.length,
    }),
    ...(reason && { reason }),
    ...(toSnakeNames(plainDetails(details)) as object),
    ...(methods && { methods: methods.map((method) => method.toLowerCase()) }),
  };
}

const reasons = {
  MISSING: 'none was sent',
  MALFORMED: 'it is not a bearer token',
  EXPIRED: 'it has expired',
  REVOKED: 'its session has ended',
  INVALID: 'it was not issued here, or not for this',
  NO_EMAIL: 'it told no address',
  REFUSED: 'it was refused there',
  UNREACHABLE: 'it did not answer in time',
  INVALID_ANSWER: 'its answer is not what it has to be',
} as const;

/** Headers that belong to a failure: RFC 6750 §3 (no error where no token was sent), RFC 9110 §10.2.1, §10.2.3, §12.5.3. */
export function problemHeaders({ code, status, details }: Failure): Record<string, string> {
  const isAboutToken = status === 401 && details.reason !== undefined && details.reason !== 'MISSING';
  return {
    ...(details.signInLocation !== undefined && { 'x-auth-sign-in': details.signInLocation }),
    ...(code === 'FORBIDDEN' && { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
    ...(status === 401 && { 'www-authenticate': isAboutToken ? 'Bearer error="invalid_token"' : 'Bearer' }),
    ...(code === 'REAUTHENTICATION_REQUIRED' && { 'www-authenticate': askForFreshProof(details) }), // RFC 9470 §3
    ...(details.retryAfterSeconds !== undefined && { 'retry-after': String(details.retryAfterSeconds) }),
    ...(details.acceptEncoding !== undefined && { 'accept-encoding': details.acceptEncoding }),
    ...(details.allow && { allow: details.allow.join(', ') }),
  };
}

const askForFreshProof = ({ maxAgeSeconds, acrValues }: FailureDetails): string =>
  [
    'Bearer error="insufficient_user_authentication"',
    ...(maxAgeSeconds === undefined ? [] : [`max_age=${maxAgeSeconds}`]),
    ...(acrValues === undefined ? [] : [`acr_values="${acrValues}"`]),
  ].join(', ');

/** The document's schema of a {@link Problem}. */
export const problemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .max(20)
      .optional()
      .meta({ description: 'The first 20 broken rules.' }),
    issue_count: z.int().optional().meta({ description: 'How many rules are broken.' }),
    reason: z
      .enum(['MISSING', 'MALFORMED', 'EXPIRED', 'REVOKED', 'INVALID', 'NO_EMAIL', 'REFUSED', 'UNREACHABLE', 'INVALID_ANSWER'])
      .optional(),
    provider: z.string().optional().meta({ description: 'The id of the provider.' }),
    account: z.string().optional().meta({ description: 'What the provider calls whoever came.' }),
    suggestion: z.string().optional().meta({ description: 'A username that is free.' }),
    retry_after_seconds: z.int().optional(),
    challenge: z.string().optional().meta({ description: 'Input of `POST /v1/login/complete`. A secret of the caller.' }),
    attempt: z.string().optional().meta({ description: 'Belongs to the code of a mail that is on its way. A secret of the caller.' }),
    methods: z.array(z.string()).optional().meta({ description: 'With what the caller may go on.' }),
    expires_at: z.iso.datetime().optional().meta({ description: 'Until when the challenge or the code counts.' }),
    deletes_at: z.iso.datetime().optional().meta({ description: 'From when the account is gone.' }),
    max_age_seconds: z.int().optional().meta({ description: 'How old the last proof of who is there may be.' }),
    tries_left: z.int().optional().meta({ description: 'After so many wrong codes more, the link alone works.' }),
  })
  .meta({ id: 'Problem' });
