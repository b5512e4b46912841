import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  isIntrospectionType,
  isListType,
  isNamedType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import type { OwnSettings } from '../../policy/upstream.grammar';

/** Names of the root types, as the service behind has them. */
export interface RootNames {
  readonly query: string;
  readonly mutation: string;
}

/**
 * Our own schema under the names that it has beside another one. Each type is made anew from its own configuration, so that resolvers,
 * guards and what the limits read of extensions stay; built from SDL they would be lost.
 */
export function renameOwn(schema: GraphQLSchema, { typePrefix, hide, rename }: OwnSettings, roots: RootNames): GraphQLSchema {
  const made = new Map<GraphQLNamedType, GraphQLNamedType>();
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  const nameOf = (type: GraphQLNamedType): string => {
    if (type === query) return roots.query;
    if (type === mutation) return roots.mutation;
    return type.name.startsWith(typePrefix) ? type.name : `${typePrefix}${type.name}`;
  };
  const typeFor = (type: GraphQLNamedType): GraphQLNamedType => {
    if (isScalarType(type) || isIntrospectionType(type)) return type;
    const known = made.get(type);
    if (known) return known;
    const named = rebuild(type, nameOf(type), mapped, type === query ? 'Query' : type === mutation ? 'Mutation' : null);
    made.set(type, named);
    return named;
  };
  const mapped: Mapped = {
    type: <T extends GraphQLType>(type: T): T => mapType(type, typeFor) as T,
    rootField: (root, field) => (hide.includes(`${root}.${field}`) ? null : (rename[`${root}.${field}`] ?? field)),
  };
  return new GraphQLSchema({
    ...(query && { query: typeFor(query) as GraphQLObjectType }),
    ...(mutation && { mutation: typeFor(mutation) as GraphQLObjectType }),
    directives: schema.getDirectives(),
    extensions: schema.extensions,
    assumeValid: true,
  });
}

interface Mapped {
  readonly type: <T extends GraphQLType>(type: T) => T;
  /** Null: it is not served. */
  readonly rootField: (root: string, field: string) => string | null;
}

function mapType(type: GraphQLType, typeFor: (type: GraphQLNamedType) => GraphQLNamedType): GraphQLType {
  if (isNonNullType(type)) return new GraphQLNonNull(mapType(type.ofType, typeFor) as never);
  if (isListType(type)) return new GraphQLList(mapType(type.ofType, typeFor) as never);
  return isNamedType(type) ? typeFor(type) : type;
}

function rebuild(type: GraphQLNamedType, name: string, mapped: Mapped, root: 'Query' | 'Mutation' | null): GraphQLNamedType {
  if (type instanceof GraphQLObjectType) {
    const config = type.toConfig();
    const fields = () => mapFields(config.fields, mapped, root);
    return new GraphQLObjectType({ ...config, name, fields, interfaces: () => config.interfaces.map(mapped.type) });
  }
  if (type instanceof GraphQLInterfaceType) {
    const config = type.toConfig();
    return new GraphQLInterfaceType({ ...config, name, fields: () => mapFields(config.fields, mapped, null) });
  }
  if (type instanceof GraphQLInputObjectType) {
    const config = type.toConfig();
    const fields = () => mapValues(config.fields, (field) => ({ ...field, type: mapped.type(field.type) }));
    return new GraphQLInputObjectType({ ...config, name, fields });
  }
  if (type instanceof GraphQLUnionType) {
    const config = type.toConfig();
    return new GraphQLUnionType({ ...config, name, types: () => config.types.map(mapped.type) });
  }
  return new GraphQLEnumType({ ...(type as GraphQLEnumType).toConfig(), name });
}

function mapFields(
  fields: GraphQLFieldConfigMap<unknown, unknown>,
  mapped: Mapped,
  root: string | null,
): GraphQLFieldConfigMap<unknown, unknown> {
  const entries = Object.entries(fields).flatMap(([name, field]): [string, GraphQLFieldConfig<unknown, unknown>][] => {
    const served = root === null ? name : mapped.rootField(root, name);
    if (served === null) return [];
    const args: GraphQLFieldConfigArgumentMap = mapValues(field.args ?? {}, (argument) => ({
      ...argument,
      type: mapped.type(argument.type),
    }));
    return [[served, { ...field, type: mapped.type(field.type), args }]];
  });
  return Object.fromEntries(entries);
}

const mapValues = <T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
