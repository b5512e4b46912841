import type { Effects } from './effects';

/**
 * The failure catalogue: every way in which Gatehouse says no, with its HTTP status and its words.
 *
 * The status is part of the code, so that the doors cannot disagree. A message never holds input, tokens,
 * hashes, SQL or paths; `docs/errors.md` explains each code and a test holds the two together.
 */
export const failures = {
  BAD_USER_INPUT: { status: 400, title: 'The input breaks a rule.' },
  WEAK_PASSWORD: { status: 400, title: 'The password policy refuses this password.' },
  INVALID_CODE: { status: 400, title: 'The code or link is wrong, used up or too old.' },
  BAD_REQUEST: { status: 400, title: 'The request cannot be understood.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, title: 'PersistedQueryNotFound' }, // Apollo's words: clients that know only them send the document then
  GRAPHQL_VALIDATION_FAILED: { status: 400, title: 'The GraphQL document is not valid.' },
  OPERATION_TOO_LONG: { status: 400, title: 'The GraphQL document is too long.' },
  OPERATION_TOO_DEEP: { status: 400, title: 'The GraphQL operation nests too deeply.' },
  OPERATION_TOO_COSTLY: { status: 400, title: 'The GraphQL operation costs too much.' },
  TOO_MANY_FIELDS: { status: 400, title: 'The GraphQL operation has too many fields.' },
  TOO_MANY_ROOT_FIELDS: { status: 400, title: 'The GraphQL operation has too many fields at its root.' },
  TOO_MANY_ALIASES: { status: 400, title: 'The GraphQL operation has too many aliases.' },
  TOO_MANY_DIRECTIVES: { status: 400, title: 'The GraphQL operation has too many directives.' },
  MUTATION_REPEATED: { status: 400, title: 'This mutation may stand only once in an operation.' },
  INPUT_TOO_LARGE: { status: 400, title: 'A list or an object of the input has too many entries.' },
  INPUT_TOO_DEEP: { status: 400, title: 'The input nests too deeply.' },
  INVALID_CREDENTIALS: { status: 401, title: 'The credentials are wrong.' },
  UNAUTHENTICATED: { status: 401, title: 'A valid access token is needed.' },
  INVALID_REFRESH_TOKEN: { status: 401, title: 'The refresh token is unknown, expired or ended.' },
  REFRESH_TOKEN_REUSED: { status: 401, title: 'A spent refresh token came back; its session has been ended.' },
  SECOND_FACTOR_REQUIRED: { status: 401, title: 'The first factor was right: a second one is needed.' },
  REAUTHENTICATION_REQUIRED: { status: 401, title: 'Prove once more who you are: the session is not fresh.' },
  SECOND_FACTOR_SETUP_REQUIRED: { status: 403, title: 'A second factor has to be added before there is a session.' },
  FORBIDDEN: { status: 403, title: 'This is not allowed.' },
  FEATURE_DISABLED: { status: 403, title: 'This gateway does not offer that.' },
  EMAIL_NOT_VERIFIED: { status: 403, title: 'The address has to be proved first.' },
  PASSWORD_RESET_REQUIRED: { status: 403, title: 'The password is known to others: a new one has to be set.' },
  DELETION_SCHEDULED: { status: 403, title: 'The account will be deleted, unless that is taken back.' },
  DOCUMENT_NOT_TRUSTED: { status: 403, title: 'This document is not one of those that are trusted here.' },
  NOT_FOUND: { status: 404, title: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path does not answer that method.' },
  NOT_ACCEPTABLE: { status: 406, title: 'No acceptable content type.' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive.' },
  USERNAME_TAKEN: { status: 409, title: 'The username is taken.' },
  EMAIL_TAKEN: { status: 409, title: 'The address is taken.' },
  USERNAME_REQUIRED: { status: 409, title: 'A username is needed for the new account.' },
  LINK_REQUIRED: { status: 409, title: 'Show once that the account with this address is yours.' },
  IDENTITY_TAKEN: { status: 409, title: "That provider's account belongs to another account here." },
  LAST_LOGIN_METHOD: { status: 409, title: 'Nothing else would open the account.' },
  ROLE_IN_USE: { status: 409, title: 'Users have this role.' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be JSON in UTF-8.' },
  RATE_LIMITED: { status: 429, title: 'Too many attempts; try again later.' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The request headers are too large.' },
  INTERNAL_SERVER_ERROR: { status: 500, title: 'Internal server error.' },
  PROVIDER_FAILED: { status: 502, title: 'The provider did not say who this is.' },
  UPSTREAM_UNREACHABLE: { status: 502, title: 'The service behind this gateway cannot be reached; try again.' },
  UPSTREAM_FAILED: { status: 502, title: 'The service behind this gateway gave no usable answer.' },
  UPSTREAM_REFUSED: { status: 502, title: 'The service behind this gateway refused this.' },
  UNAVAILABLE: { status: 503, title: 'The service cannot answer now; try again.' },
  UPSTREAM_TIMEOUT: { status: 504, title: 'The service behind this gateway did not answer in time.' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type FailureCode = keyof typeof failures;

/** Why a credential was not accepted (`reason` of UNAUTHENTICATED). */
export type UnauthenticatedReason = 'MISSING' | 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'INVALID';

/**
 * Why PROVIDER_FAILED: it told no address that could be one; it, or the person there, said no; it did not answer in time; its answer is not what it
 * has to be.
 */
export type ProviderFault = 'NO_EMAIL' | 'REFUSED' | 'UNREACHABLE' | 'INVALID_ANSWER';

/** A way to show who one is. */
export const loginMethods = ['PASSWORD', 'EMAIL_CODE', 'PASSKEY', 'TOTP', 'RECOVERY_CODE', 'PROVIDER'] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** One broken rule: where, dotted and in GraphQL's spelling, and what the rule is. Never the value. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What an answer shows beside the code. Of `issues` the first {@link maxShownIssues}, and how many there are. */
export interface FailureDetails {
  readonly issues?: readonly Issue[];
  /** Of UNAUTHENTICATED, and of PROVIDER_FAILED. */
  readonly reason?: UnauthenticatedReason | ProviderFault;
  /** Of PROVIDER_FAILED and LINK_REQUIRED: its id. */
  readonly provider?: string;
  /** Of LINK_REQUIRED: what the provider calls whoever came, their username there or else their address. */
  readonly account?: string;
  /** Of USERNAME_REQUIRED: one that is free, made of what the provider says. */
  readonly suggestion?: string;
  readonly retryAfterSeconds?: number;
  /** What continues a log-in whose credential was right: input of `completeLogin`. A secret of the caller. */
  readonly challenge?: string;
  /** What belongs to the code of a mail that is on its way: input of the operation that takes the code. A secret of the caller. */
  readonly attempt?: string;
  /** With what the caller may go on. */
  readonly methods?: readonly LoginMethod[];
  /** Until when the challenge or the code counts. */
  readonly expiresAt?: Date;
  /** From when the account is gone. */
  readonly deletesAt?: Date;
  /** Of REAUTHENTICATION_REQUIRED: how old the last proof may be. */
  readonly maxAgeSeconds?: number;
  /** Of REAUTHENTICATION_REQUIRED: what the proof has to be (RFC 9470 §3). */
  readonly acrValues?: 'mfa';
  /** Of the code of a mail: after so many wrong ones more it is dead, and the link alone works. */
  readonly triesLeft?: number;
  /** Where a person can sign in, for a proxy that makes a redirect of it (`X-Auth-Sign-In`). */
  readonly signInLocation?: string;
  /** Methods for the `Allow` header of METHOD_NOT_ALLOWED. */
  readonly allow?: readonly string[];
  /** For the `Accept-Encoding` header of UNSUPPORTED_MEDIA_TYPE: the content codings that the body may have (RFC 9110 §12.5.3). */
  readonly acceptEncoding?: string;
}

/** More are counted, and not shown: ten thousand unknown fields made an answer of 463 kB. */
export const maxShownIssues = 20;

/**
 * What is wrong, in one sentence without its full stop: the first issue, and how many more there are; null where there is none.
 * `spell`: a path as the door writes it.
 */
export function describeIssues(issues: readonly Issue[] | undefined, spell: (path: string) => string): string | null {
  const [first] = issues ?? [];
  if (first === undefined) return null;
  const sentence = [spell(first.path), first.message].filter((part) => part !== '').join(' ');
  const others = (issues?.length ?? 0) - 1;
  return others > 0 ? `${sentence}, and ${others} more` : sentence;
}

/** Those details that are shown as they are, in the house's names; a moment is its RFC 3339 text. */
export function plainDetails({
  challenge,
  attempt,
  methods,
  expiresAt,
  deletesAt,
  maxAgeSeconds,
  triesLeft,
  retryAfterSeconds,
  provider,
  account,
  suggestion,
}: FailureDetails) {
  return {
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(challenge !== undefined && { challenge }),
    ...(attempt !== undefined && { attempt }),
    ...(methods && { methods }),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(deletesAt && { deletesAt: deletesAt.toISOString() }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(triesLeft !== undefined && { triesLeft }),
    ...(provider !== undefined && { provider }),
    ...(account !== undefined && { account }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** An expected refusal. Anything else that is thrown is a defect, and is shown as INTERNAL_SERVER_ERROR. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly code: FailureCode,
    readonly details: FailureDetails = {},
    options?: ErrorOptions,
    /** What the answer has beside the failure itself. */
    readonly effects: Effects = {},
  ) {
    super(failures[code].title, options);
  }

  /** The same failure with effects; those that it has already win. A copy: one failure may be the answer to several requests. */
  withEffects(effects: Effects): Failure {
    const { code, details, cause, stack } = this;
    const copy = new Failure(code, details, { cause }, { ...effects, ...this.effects });
    if (stack !== undefined) copy.stack = stack;
    return copy;
  }

  get status(): number {
    return failures[this.code].status;
  }
}

/** Why an answer is UNAVAILABLE, where it is not the database: for the log and the metric, and never for the client. */
export type UnavailableCause =
  | `${'HASHING' | 'LIMITS'}_${'QUEUE_FULL' | 'TIMEOUT'}`
  | 'HASHING_THREAD_DIED'
  /** Of the answer as a whole. */
  | 'ANSWER_TIMEOUT'
  /** What waited for its turn was not begun: its client is gone, or was answered. */
  | 'ABANDONED'
  | 'DRAINING'
  /** As many requests wait for a connection to the service behind as are under way. */
  | 'UPSTREAM_QUEUE_FULL'
  /** As many sockets are open as a node may have. */
  | 'TOO_MANY_SOCKETS'
  | 'NOT_MIGRATED'
  /** The list of breached passwords cannot be asked, and AUTH_BREACHED_FAIL is `closed`. */
  | 'BREACHED_PASSWORDS';

/** UNAVAILABLE with the pause after which trying again makes sense. `cause`: a word, or an error whose `code` is one of a closed list. */
export const unavailable = (cause: UnavailableCause | (Error & { readonly code: string }), retryAfterSeconds = 1): Failure =>
  new Failure('UNAVAILABLE', { retryAfterSeconds }, { cause });

export const badInput = (...issues: readonly Issue[]): Failure => new Failure('BAD_USER_INPUT', { issues });
