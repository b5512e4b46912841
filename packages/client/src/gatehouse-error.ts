import { type ErrorCode, errorCodes } from './error-codes.js';

/** Why an access token was not accepted. */
export type UnauthenticatedReason = 'MISSING' | 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'INVALID';

/** Why another provider did not say who somebody is. */
export type ProviderFault = 'NO_EMAIL' | 'REFUSED' | 'UNREACHABLE' | 'INVALID_ANSWER';

/** What an error says beside its code: each only where the code has it. */
export interface ErrorDetails {
  /** The broken rules of BAD_USER_INPUT and WEAK_PASSWORD, all at once. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
  /** Of UNAUTHENTICATED, and of PROVIDER_FAILED. */
  readonly reason?: UnauthenticatedReason | ProviderFault;
  /** Of PROVIDER_FAILED and LINK_REQUIRED: its id. */
  readonly provider?: string;
  /** Of LINK_REQUIRED: what the provider calls whoever came. Show it before the password is asked for. */
  readonly account?: string;
  /** Of USERNAME_REQUIRED: one that is free. */
  readonly suggestion?: string;
  /** Of RATE_LIMITED and UNAVAILABLE: the pause after which another try makes sense, in seconds. */
  readonly retryAfterSeconds?: number;
  /**
   * Of SECOND_FACTOR_REQUIRED, SECOND_FACTOR_SETUP_REQUIRED, DELETION_SCHEDULED, LINK_REQUIRED, USERNAME_REQUIRED: input of
   * `completeLogin`. A secret of this person.
   */
  readonly challenge?: string;
  /** Of EMAIL_NOT_VERIFIED and PASSWORD_RESET_REQUIRED: belongs to the code of the mail that is on its way. A secret of this person. */
  readonly attempt?: string;
  /** With what this person may go on: `PASSWORD`, `EMAIL_CODE`, `TOTP`, `RECOVERY_CODE`, `PASSKEY`. */
  readonly methods?: readonly string[];
  /** Until when the challenge or the code counts, as RFC 3339 writes a moment. */
  readonly expiresAt?: string;
  /** Of DELETION_SCHEDULED: from when the account is gone, as RFC 3339 writes a moment. */
  readonly deletesAt?: string;
  /** Of REAUTHENTICATION_REQUIRED: how old the last proof may be, in seconds. */
  readonly maxAgeSeconds?: number;
  /** Of INVALID_CODE, for the code of a mail: after so many wrong ones more, its link alone works. */
  readonly triesLeft?: number;
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
  const { code, ...details } = objectOf(extensions);
  return isErrorCode(code) ? new GatehouseError(String(message), code, detailsOf(details)) : null;
}

/** RFC 9457, as the REST door writes it. */
function fromProblem(problem: unknown): GatehouseError | null {
  const { type, title, code, ...details } = objectOf(problem);
  return isErrorCode(code) && type === `urn:gatehouse:error:${code}`
    ? new GatehouseError(String(title), code, detailsOf(inCamelCase(details)))
    : null;
}

/** GraphQL's spelling of the names, and of the words in `methods`, which REST has in small letters. */
function inCamelCase(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const renamed: Record<string, unknown> = Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]),
  );
  const { methods } = renamed;
  return Array.isArray(methods) ? { ...renamed, methods: methods.map((method) => String(method).toUpperCase()) } : renamed;
}

/** The JSON type of each detail. What a server sends need not have the types it should: a detail of another type is left out. */
const detailTypes: Readonly<Record<keyof ErrorDetails, 'string' | 'number' | 'list'>> = {
  issues: 'list',
  reason: 'string',
  provider: 'string',
  account: 'string',
  suggestion: 'string',
  retryAfterSeconds: 'number',
  challenge: 'string',
  attempt: 'string',
  methods: 'list',
  expiresAt: 'string',
  deletesAt: 'string',
  maxAgeSeconds: 'number',
  triesLeft: 'number',
  requestId: 'string',
};

const detailsOf = (sent: Readonly<Record<string, unknown>>): ErrorDetails =>
  Object.fromEntries(
    Object.entries(detailTypes)
      .map(([name, type]) => [name, type, sent[name]] as const)
      .filter(([, type, value]) => (type === 'list' ? Array.isArray(value) : typeof value === type))
      .map(([name, , value]) => [name, value]),
  );

const isErrorCode = (code: unknown): code is ErrorCode => (errorCodes as readonly unknown[]).includes(code);

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
