import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  isIntrospectionType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  printSchema,
} from 'graphql';
import type { ServedPath } from '../../policy/policy';
import { type RootNames, renameOwn } from './renamed.schema';

/** Both schemas in one: what introspection, documents and code generators see. Nothing is executed against it. */
export interface MergedSchema {
  /** Ours, under the names that it has there: what our own operations are executed against. */
  readonly own: GraphQLSchema;
  readonly document: DocumentNode;
  readonly schema: GraphQLSchema;
}

export interface Merging {
  readonly merged: MergedSchema | null;
  /** What stands in the way, and which setting would clear it. */
  readonly faults: readonly string[];
}

export function mergeSchemas(own: GraphQLSchema, upstream: GraphQLSchema, settings: ServedPath['own']): Merging {
  const roots: RootNames = { query: upstream.getQueryType()?.name ?? 'Query', mutation: upstream.getMutationType()?.name ?? 'Mutation' };
  const unknown = unknownSettings(own, settings);
  const renamed = renameOwn(own, settings, roots);
  const faults = [...unknown, ...clashes(renamed, own, upstream, settings)];
  if (faults.length > 0) return { merged: null, faults };
  const document = mergeDocuments(
    parse(printSchema(lexicographicSortSchema(upstream))),
    parse(printSchema(lexicographicSortSchema(renamed))),
  );
  return { merged: { own: renamed, document, schema: buildASTSchema(document) }, faults: [] };
}

/** Settings of our own schema that name what it does not have. */
function unknownSettings(own: GraphQLSchema, { hide, rename }: ServedPath['own']): string[] {
  const has = (name: string): boolean => {
    const [root, field = ''] = name.split('.');
    return Object.hasOwn((root === 'Query' ? own.getQueryType() : own.getMutationType())?.getFields() ?? {}, field);
  };
  return [
    ...hide.filter((name) => !has(name)).map((name) => `own hide ${name}: is no field of Gatehouse`),
    ...Object.keys(rename)
      .filter((name) => !has(name))
      .map((name) => `own rename ${name}: is no field of Gatehouse`),
  ];
}

/** One name for two things, ours and theirs or two of ours. */
function clashes(renamed: GraphQLSchema, own: GraphQLSchema, upstream: GraphQLSchema, { rename, hide }: ServedPath['own']): string[] {
  const roots = [
    ['Query', own.getQueryType(), upstream.getQueryType()],
    ['Mutation', own.getMutationType(), upstream.getMutationType()],
  ] as const;
  const ofFields = roots.flatMap(([root, ours, theirs]) => {
    const served = Object.keys(ours?.getFields() ?? {}).filter((field) => !hide.includes(`${root}.${field}`));
    const names = served.map((field) => ({ field, name: rename[`${root}.${field}`] ?? field }));
    const twice = names.filter(({ name }, position) => names.findIndex((other) => other.name === name) !== position);
    return [
      ...twice.map(({ field, name }) => `own rename ${root}.${field}: Gatehouse has ${name} already`),
      ...names
        .filter(({ name }) => Object.hasOwn(theirs?.getFields() ?? {}, name))
        .map(
          ({ field, name }) =>
            `schema ${root}.${name}: Gatehouse has it too; set own.rename {"${root}.${field}": "…"}, or own.hide ["${root}.${field}"]`,
        ),
    ];
  });
  const isRoot = (schema: GraphQLSchema, name: string): boolean =>
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some((type) => type?.name === name);
  const ofTypes = Object.values(renamed.getTypeMap())
    .filter(
      (type) =>
        !isIntrospectionType(type) && !(isScalarType(type) && (isSpecifiedScalarType(type) || isScalarType(upstream.getType(type.name)))),
    )
    .filter(({ name }) => upstream.getType(name) !== undefined && !(isRoot(renamed, name) && isRoot(upstream, name)))
    .map(({ name }) => `schema ${name}: Gatehouse has a type of that name too; set own.typePrefix, such as "Auth"`);
  return [...ofFields, ...ofTypes];
}

/** The root types become one; of a scalar and a directive of both the service's stays. */
function mergeDocuments(upstream: DocumentNode, own: DocumentNode): DocumentNode {
  const rest = new Map<string, DefinitionNode>();
  const definitions: DefinitionNode[] = [];
  for (const definition of own.definitions) if ('name' in definition && definition.name) rest.set(nameOf(definition), definition);
  for (const definition of upstream.definitions) {
    const name = nameOf(definition);
    const ours = rest.get(name);
    rest.delete(name);
    definitions.push(
      definition.kind === Kind.OBJECT_TYPE_DEFINITION && ours?.kind === Kind.OBJECT_TYPE_DEFINITION ? joined(definition, ours) : definition,
    );
  }
  return { kind: Kind.DOCUMENT, definitions: [...withMutation(definitions, rest), ...rest.values()] };
}

/** A schema that names its root types has to name ours as well. */
function withMutation(definitions: readonly DefinitionNode[], rest: ReadonlyMap<string, DefinitionNode>): DefinitionNode[] {
  return definitions.map((definition) => {
    if (definition.kind !== Kind.SCHEMA_DEFINITION || !rest.has('Mutation')) return definition;
    if (definition.operationTypes.some(({ operation }) => operation === 'mutation')) return definition;
    const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Mutation' } } as const;
    const added = { kind: Kind.OPERATION_TYPE_DEFINITION, operation: 'mutation' as never, type } as const;
    return { ...definition, operationTypes: [...definition.operationTypes, added] };
  });
}

const joined = (left: ObjectTypeDefinitionNode, right: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode => ({
  ...left,
  fields: [...(left.fields ?? []), ...(right.fields ?? [])],
});

/** A directive and a type may have one name. */
const nameOf = (definition: DefinitionNode): string =>
  'name' in definition && definition.name ? `${definition.kind === Kind.DIRECTIVE_DEFINITION ? '@' : ''}${definition.name.value}` : '';
