import { Failure, type Issue } from '../../errors';

/** What a body asks, each member of the type that Apollo takes it for. */
export interface OperationRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/**
 * One operation, not a list of them: a batch would carry many guesses past one limit. Apollo asks the same of a body where
 * it reads HTTP, which it is not asked to do here (docs/decisions/007). Null is as good as left out, and so is an empty
 * `operationName`, which clients send for a document without a name.
 * @throws {Failure} BAD_REQUEST, with every member that is of another type
 */
export function requireOperation(body: unknown): OperationRequest {
  if (!isObject(body)) throw badRequest([{ path: '', message: 'the body must be one JSON object with a query' }]);
  const { query, operationName, variables, extensions } = body;
  const issues = [
    ...(isAbsent(query) || typeof query === 'string' ? [] : [{ path: 'query', message: 'must be a text' }]),
    ...(isAbsent(operationName) || typeof operationName === 'string' ? [] : [{ path: 'operationName', message: 'must be a text' }]),
    ...(isAbsent(variables) || isObject(variables) ? [] : [{ path: 'variables', message: 'must be an object' }]),
    ...(isAbsent(extensions) || isObject(extensions) ? [] : [{ path: 'extensions', message: 'must be an object' }]),
    ...(isAbsent(query) || query === '' ? requireHash(extensions) : []),
  ];
  if (issues.length > 0) throw badRequest(issues);
  return {
    ...(typeof query === 'string' && query !== '' && { query }),
    ...(typeof operationName === 'string' && operationName !== '' && { operationName }),
    ...(isObject(variables) && { variables }),
    ...(isObject(extensions) && { extensions }),
  };
}

/** A document may be left out where its hash stands for it: Apollo answers that it keeps none. */
const requireHash = (extensions: unknown): Issue[] =>
  isObject(extensions) && isObject(extensions.persistedQuery) ? [] : [{ path: 'query', message: 'is required' }];

const isAbsent = (member: unknown): boolean => member === undefined || member === null;

const badRequest = (issues: readonly Issue[]): Failure => new Failure('BAD_REQUEST', { issues });

/** What JSON has for an object. */
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
