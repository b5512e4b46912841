import { Failure } from '../errors';

/** What a body asks, each member of the type that Apollo takes it for. */
export interface OperationRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/**
 * One operation, not a list of them: a batch would carry many guesses past one limit. Apollo asks the same of a body where
 * it reads HTTP, which it is not asked to do here (docs/decisions/007).
 * @throws {Failure} BAD_REQUEST
 */
export function requireOperation(body: unknown): OperationRequest {
  if (!isObject(body)) throw new Failure('BAD_REQUEST');
  const { query, operationName, variables, extensions } = body;
  return {
    ...(query ? { query: requireString(query) } : {}),
    ...(isGiven(operationName) && { operationName: requireString(operationName) }),
    ...(isGiven(variables) && { variables: requireObject(variables) }),
    ...(isGiven(extensions) && { extensions: requireObject(extensions) }),
  };
}

const isGiven = (member: unknown): boolean => member !== undefined && member !== null;

function requireString(member: unknown): string {
  if (typeof member !== 'string') throw new Failure('BAD_REQUEST');
  return member;
}

function requireObject(member: unknown): Record<string, unknown> {
  if (!isObject(member)) throw new Failure('BAD_REQUEST');
  return member;
}

/** What JSON has for an object. */
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
