import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { Failure, type Issue } from '../errors';

/** Twenty are shown and the rest are counted; past this many nothing more is looked at, because each costs graphql-js an error. */
const maxIssues = 1_000;

/**
 * Judges the variables before graphql-js does, because its messages quote them, passwords included. Names a scalar where `showsSchema`.
 * @throws {Failure} BAD_USER_INPUT
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  showsSchema: boolean,
): void {
  const issues: Issue[] = [];
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode);
    if (!isInputType(type)) continue; // validation has refused it
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (given === undefined) {
      if (isNonNullType(type) && defaultValue === undefined) issues.push({ path: name, message: 'is required' });
      continue;
    }
    // Names within an input object are the ones that the services use: `password`, not `input.password`.
    const isObject = isInputObjectType(isNonNullType(type) ? type.ofType : type);
    coerceInputValue(given, type, (path, _value, error) => {
      issues.push(toIssue(isObject ? path : [name, ...path], name, error, showsSchema));
      if (issues.length >= maxIssues) throw new Failure('BAD_USER_INPUT', { issues }); // looks no further
    });
  }
  if (issues.length > 0) throw new Failure('BAD_USER_INPUT', { issues });
}

/** graphql-js tells what is wrong only in its message: the parts taken out of it here are names of the schema. */
function toIssue(path: readonly (string | number)[], variable: string, { message }: GraphQLError, showsSchema: boolean): Issue {
  const at = (field?: string) => [...path, ...(field === undefined ? [] : [field])].join('.') || variable;
  const missing = /^Field "(\w+)" of required type/.exec(message)?.[1];
  if (missing) return { path: at(missing), message: 'is required' };
  const unknown = /^Field "(\w{1,64})\w*" is not defined/.exec(message)?.[1];
  if (unknown) return { path: at(unknown), message: 'is not a field of this input' };
  if (/^Expected non-nullable type/.test(message)) return { path: at(), message: 'must not be null' };
  const scalar = /^(String|Int|Float|Boolean|ID|DateTime) cannot represent/.exec(message)?.[1];
  if (scalar && showsSchema) return { path: at(), message: `must be a ${scalar}` };
  return { path: at(), message: 'does not fit its type' };
}
