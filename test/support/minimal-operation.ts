import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

export interface MinimalOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The shortest valid document that asks for a root field: what it demands and nothing else. */
export function minimalOperation(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): MinimalOperation {
  const required = field.args.filter(isRequiredArgument);
  const declared = required.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
  const parentheses = (inside: string) => (inside === '' ? '' : `(${inside})`);
  return {
    query: `${kind}${parentheses(declared)} { ${field.name}${parentheses(given)}${selection(field.type)} }`,
    variables: Object.fromEntries(required.map(({ name, type }) => [name, minimalValue(type)])),
  };
}

const selection = (type: GraphQLOutputType): string => (isLeafType(getNamedType(type)) ? '' : ' { __typename }');

function minimalValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return minimalValue(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, minimalValue(field.type)]),
    );
  return { Int: 1, Float: 1, Boolean: true, DateTime: '2026-01-01T00:00:00Z', JSONObject: {} }[type.name] ?? 'x';
}
