import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql';

type WithFields = Extract<DefinitionNode, { readonly kind: Kind.OBJECT_TYPE_DEFINITION | Kind.INTERFACE_TYPE_DEFINITION }>;
type Named = Extract<DefinitionNode, { readonly name: unknown; readonly kind: `${string}TypeDefinition` }>;

/**
 * The schema without the fields that `isShown` refuses, without what is empty then, and without the types that nothing reaches any more. It
 * is tidiness and no protection: an operation on a hidden field is refused as before.
 */
export function filterSchema(document: DocumentNode, isShown: (type: string, field: string) => boolean): GraphQLSchema {
  const types = new Map<string, Named>();
  for (const definition of document.definitions) if (isType(definition)) types.set(definition.name.value, shown(definition, isShown));
  removeEmpty(types);
  const roots = rootNames(document).filter((name) => types.has(name));
  const reached = reach(types, roots);
  const rest = document.definitions.filter((definition) => !isType(definition)).map((definition) => withoutRoots(definition, reached));
  return buildASTSchema({
    kind: Kind.DOCUMENT,
    definitions: [...rest, ...[...types.values()].filter(({ name }) => reached.has(name.value))],
  });
}

const isType = (definition: DefinitionNode): definition is Named => definition.kind.endsWith('TypeDefinition');

const hasFields = (type: Named): type is WithFields =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION;

const shown = (type: Named, isShown: (type: string, field: string) => boolean): Named =>
  hasFields(type) ? { ...type, fields: (type.fields ?? []).filter(({ name }) => isShown(type.name.value, name.value)) } : type;

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

/** A type without fields is none, and so is a field that gives one; until nothing changes any more. */
function removeEmpty(types: Map<string, Named>): void {
  const removed = new Set<string>();
  const isThere = ({ name }: NamedTypeNode): boolean => !removed.has(name.value);
  for (let before = -1; before !== removed.size; ) {
    before = removed.size;
    for (const [name, type] of [...types]) {
      const next = withoutRemoved(type, isThere, ({ type: given }) => !removed.has(nameOf(given)));
      const isEmpty =
        (hasFields(next) && (next.fields ?? []).length === 0) || (next.kind === Kind.UNION_TYPE_DEFINITION && next.types?.length === 0);
      if (isEmpty) {
        removed.add(name);
        types.delete(name);
      } else types.set(name, next);
    }
  }
}

function withoutRemoved(type: Named, isThere: (type: NamedTypeNode) => boolean, gives: (field: FieldDefinitionNode) => boolean): Named {
  if (hasFields(type)) return { ...type, fields: (type.fields ?? []).filter(gives), interfaces: (type.interfaces ?? []).filter(isThere) };
  return type.kind === Kind.UNION_TYPE_DEFINITION ? { ...type, types: (type.types ?? []).filter(isThere) } : type;
}

function rootNames({ definitions }: DocumentNode): string[] {
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  return schema ? schema.operationTypes.map(({ type }) => type.name.value) : ['Query', 'Mutation', 'Subscription'];
}

const withoutRoots = (definition: DefinitionNode, reached: ReadonlySet<string>): DefinitionNode =>
  definition.kind === Kind.SCHEMA_DEFINITION
    ? { ...definition, operationTypes: definition.operationTypes.filter(({ type }) => reached.has(type.name.value)) }
    : definition;

/** What implements an interface that is reached is reached, too. */
function reach(types: ReadonlyMap<string, Named>, roots: readonly string[]): ReadonlySet<string> {
  const implementors = new Map<string, string[]>();
  for (const [name, type] of types)
    if (hasFields(type))
      for (const each of type.interfaces ?? []) implementors.set(each.name.value, [...(implementors.get(each.name.value) ?? []), name]);
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const type = types.get(name);
    if (type === undefined || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...(implementors.get(name) ?? []), ...namesIn(type));
  }
  return reached;
}

function namesIn(type: Named): string[] {
  if (hasFields(type)) {
    const fields = (type.fields ?? []).flatMap((field) => [
      nameOf(field.type),
      ...(field.arguments ?? []).map((each) => nameOf(each.type)),
    ]);
    return [...fields, ...(type.interfaces ?? []).map(({ name }) => name.value)];
  }
  if (type.kind === Kind.UNION_TYPE_DEFINITION) return (type.types ?? []).map(({ name }) => name.value);
  return type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (type.fields ?? []).map((field) => nameOf(field.type)) : [];
}
