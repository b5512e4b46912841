import { type ErrorCode, errorCodes } from './error-codes.js';

/** Why an access token was not accepted. */
export type UnauthenticatedReason = 'MISSING' | 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'INVALID';

/** What an error says beside its code: each only where the code has it. */
export interface ErrorDetails {
  /** The broken rules of BAD_USER_INPUT and WEAK_PASSWORD, all at once. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
  /** Of UNAUTHENTICATED. */
  readonly reason?: UnauthenticatedReason;
  /** Of RATE_LIMITED and UNAVAILABLE: the pause after which another try makes sense, in seconds. */
  readonly retryAfterSeconds?: number;
  /** What the gateway's log calls this request. */
  readonly requestId?: string;
}

/** The gateway said no. */
export class GatehouseError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'GatehouseError';

  constructor(
    message: string,
    readonly code: Code,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** Marks, for types alone, an error that {@link isGatehouseError} has recognised. */
export interface Recognised<Code extends ErrorCode> {
  readonly __gatehouseErrorCode?: Code;
}

/**
 * Whether the gateway said no, with this code if one is named. `error` is whatever the client in use throws: a
 * {@link GatehouseError}, an error of Apollo Client, urql or graphql-request, or a problem document of the REST door.
 */
export function isGatehouseError<Code extends ErrorCode = ErrorCode>(error: unknown, code?: Code): error is Recognised<Code> {
  const found = findGatehouseError(error);
  return found !== null && (code === undefined || found.code === code);
}

/** The gateway's own error inside whatever a client threw, with its details. */
export function gatehouseErrorOf<Code extends ErrorCode>(error: Recognised<Code>): GatehouseError<Code> {
  const found = findGatehouseError(error);
  if (found === null) throw new TypeError('isGatehouseError has not recognised this error');
  return found as GatehouseError<Code>; // isGatehouseError has compared the code
}

/** As {@link gatehouseErrorOf}, for an error that nobody has looked at: null when it is not the gateway's. */
export function findGatehouseError(error: unknown): GatehouseError | null {
  if (error instanceof GatehouseError) return error;
  for (const candidate of candidatesIn(error)) {
    const found = fromGraphQL(candidate) ?? fromProblem(candidate);
    if (found) return found;
  }
  return null;
}

/** Where clients put what came: Apollo `errors`, urql `graphQLErrors` and `networkError`, graphql-request `response.errors`. */
function candidatesIn(error: unknown): unknown[] {
  const { errors, graphQLErrors, networkError, response, cause } = objectOf(error);
  const lists = [errors, graphQLErrors, objectOf(response).errors].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const nested = [networkError, cause].filter((inner) => inner instanceof GatehouseError);
  return [error, ...lists, ...nested];
}

function fromGraphQL(error: unknown): GatehouseError | null {
  if (error instanceof GatehouseError) return error;
  const { message, extensions } = objectOf(error);
  const { code, issues, reason, retryAfterSeconds, requestId } = objectOf(extensions);
  return isErrorCode(code) ? new GatehouseError(String(message), code, detailsOf({ issues, reason, retryAfterSeconds, requestId })) : null;
}

/** RFC 9457, as the REST door writes it. */
function fromProblem(problem: unknown): GatehouseError | null {
  const { type, title, code, issues, reason, retry_after_seconds: retryAfterSeconds, request_id: requestId } = objectOf(problem);
  return isErrorCode(code) && type === `urn:gatehouse:error:${code}`
    ? new GatehouseError(String(title), code, detailsOf({ issues, reason, retryAfterSeconds, requestId }))
    : null;
}

/** What a server sends need not have the types it should: a detail of another type is left out. */
function detailsOf({ issues, reason, retryAfterSeconds, requestId }: Readonly<Record<keyof ErrorDetails, unknown>>): ErrorDetails {
  return {
    ...(Array.isArray(issues) && { issues: issues as NonNullable<ErrorDetails['issues']> }),
    ...(typeof reason === 'string' && { reason: reason as UnauthenticatedReason }),
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
    ...(typeof requestId === 'string' && { requestId }),
  };
}

const isErrorCode = (code: unknown): code is ErrorCode => (errorCodes as readonly unknown[]).includes(code);

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
