import type { z } from 'zod';
import type { Answer } from '../answer';
import type { RequestContext } from '../context';
import type { FailureCode, Issue } from '../errors';
import type { AuthenticatedSession, EndableSession, FactorOwner, FreshSession, ShownCredentials, Verdict } from '../proofs/proofs';
import type { Requester } from '../requester';

/**
 * Who may call an operation, and the proof that its rule is given.
 *
 * - `public`: everybody; no credential is read.
 * - `optional`: everybody; the rule is told who calls, if anybody does.
 * - `shown`: everybody; the rule is told what the request has shown, whatever it is worth, to explain it.
 * - `session`: a live session.
 * - `fresh`: a live session whose owner has shown a moment ago who is there.
 * - `fresh or challenge`: the same, or in its place the `challenge` in the input, of SECOND_FACTOR_SETUP_REQUIRED.
 * - `session or cookie`: a live session, or from an allowed page the refresh cookie of one: enough to end it.
 */
export interface Proofs {
  readonly public: null;
  readonly optional: Verdict;
  readonly shown: ShownCredentials;
  readonly session: AuthenticatedSession;
  readonly fresh: FreshSession;
  readonly 'fresh or challenge': FactorOwner;
  readonly 'session or cookie': EndableSession;
}

export type OperationAccess = keyof Proofs;

/** What an operation's rule is given: the proof of its access, the input as its schema makes it, and the request. */
export interface Call<Proof, Input> {
  readonly proof: Proof;
  readonly input: Input;
  readonly requester: Requester;
  readonly loaders: RequestContext['loaders'];
}

export interface DescribedHeader {
  readonly description: string;
  /** The rule, for the document; the operation applies it. */
  readonly schema: z.ZodType;
}

/** Where REST serves an operation. */
export interface RestBinding {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it. Each parameter is a field of the input. */
  readonly path: string;
  /** Left out: under /v1, and without a prefix, as the first documents name their paths. Whatever came after them has `v1`. */
  readonly at?: 'v1';
  readonly status?: 200 | 201 | 202;
  /** The operation's name when left out. */
  readonly operationId?: string;
}

/**
 * An operation, told once. Both doors, the schema, OpenAPI, the list of what is public, metrics, the typed client and the tests
 * are made from this record; none of them has a second list.
 */
export interface Operation<
  Service,
  Access extends OperationAccess = OperationAccess,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Name extends string = string,
> {
  readonly name: Name;
  readonly kind: 'query' | 'mutation';
  /** One sentence, as SDL and OpenAPI show it. */
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  /** An object's schema. Left out: the operation takes nothing. */
  readonly input?: Input;
  /** `optional`: the whole input may be left out. `arguments`: GraphQL takes its fields as arguments of their own. */
  readonly inputIs?: 'optional' | 'arguments';
  /** What the caller was last given: its members are taken where they are unchanged, though no field of the input has their names. */
  readonly sendBack?: (service: Service, proof: Proofs[Access]) => Promise<Readonly<Record<string, unknown>>>;
  /** What a rule beside the schema refuses in an input that the schema refuses already: listed with it. It must ask no database. */
  readonly alsoWrong?: (service: Service, proof: Proofs[Access], input: Readonly<Record<string, unknown>>) => Promise<readonly Issue[]>;
  readonly output: Output;
  /** Those of its own. What access, an input and a database bring with them is added: see {@link failuresOf}. */
  readonly failures: readonly FailureCode[];
  /** Whether it may stand more than once in a document: it must guess nothing. */
  readonly repeatable?: boolean;
  /** Left out: GraphQL alone has it. */
  readonly rest?: readonly RestBinding[];
  /**
   * What REST answers with: one member of the output by itself, the output under a name, or the output as a file of that name, written while it
   * is read: a {@link PagedDocument}. Left out: the output.
   */
  readonly restAnswer?: { readonly member: string } | { readonly under: string } | { readonly attachment: string };
  /** Request headers with a meaning of their own, and what each is for. */
  readonly headers?: Readonly<Record<string, string | DescribedHeader>>;
  /** An input in REST's names, for the documents. */
  readonly example?: Readonly<Record<string, unknown>>;
  readonly run: (service: Service, call: Call<Proofs[Access], z.output<Input>>) => Promise<z.output<Output> | Answer<z.output<Output>>>;
}

/** Any operation, whatever it takes and gives. */
// biome-ignore lint/suspicious/noExplicitAny: a list holds operations of every service, access, input and output
export type AnyOperation = Operation<any, any, any, any>;

/** An operation whose service is known: what a door calls. */
export interface BoundOperation extends Omit<Operation<never>, 'run' | 'sendBack' | 'alsoWrong'> {
  readonly run: (call: Call<unknown, unknown>) => unknown;
  readonly sendBack?: (proof: unknown) => Promise<Readonly<Record<string, unknown>>>;
  readonly alsoWrong?: (proof: unknown, input: Readonly<Record<string, unknown>>) => Promise<readonly Issue[]>;
}

/** Checks a record: what it runs fits its access, its input and its output. */
export const operationOf =
  <Service>() =>
  <Access extends OperationAccess, Input extends z.ZodType, Output extends z.ZodType, const Name extends string>(
    operation: Operation<Service, Access, Input, Output, Name>,
  ): Operation<Service, Access, Input, Output, Name> =>
    operation;

/** The operations of a service, over that service. */
export const bind = <Service>(operations: readonly AnyOperation[], service: Service): BoundOperation[] =>
  operations.map(({ alsoWrong, sendBack, ...operation }) => ({
    ...operation,
    run: (call) => operation.run(service, call),
    ...(sendBack && { sendBack: (proof) => sendBack(service, proof) }),
    ...(alsoWrong && { alsoWrong: (proof, input) => alsoWrong(service, proof, input) }),
  }));

/** Whether it may be called without a session. */
export const isEverybodys = (access: OperationAccess): boolean => access === 'public' || access === 'optional' || access === 'shown';

/** Every code that an operation may answer with, but for defects and what HTTP itself refuses. */
export function failuresOf({ access, input, failures }: Pick<AnyOperation, 'access' | 'input' | 'failures'>): FailureCode[] {
  const implied: FailureCode[] = [
    ...(input === undefined ? [] : (['BAD_USER_INPUT'] as const)),
    ...(isEverybodys(access) ? [] : (['UNAUTHENTICATED'] as const)),
    ...(access === 'fresh' || access === 'fresh or challenge' ? (['REAUTHENTICATION_REQUIRED'] as const) : []),
    ...(access === 'fresh or challenge' ? (['INVALID_CODE'] as const) : []),
    ...(access === 'session or cookie' ? (['FORBIDDEN'] as const) : []),
    'UNAVAILABLE',
  ];
  return [...new Set([...failures, ...implied])];
}
