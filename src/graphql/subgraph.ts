import {
  GraphQLError,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  lexicographicSortSchema,
  printSchema,
  valueFromASTUntyped,
} from 'graphql';
import type { RequestContext } from '../context';
import { toStranger } from '../users/public-user';
import type { User } from '../users/user';

/**
 * The schema as a subgraph of Apollo Federation 2: `_service` for who composes, `_entities` for who joins users into
 * another graph (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec). The fields of ours
 * stay the objects that they are, with what the limits read of them: built anew from SDL, as @apollo/subgraph does, they
 * would lose it.
 */
export function toSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const user = schema.getType('User');
  const query = schema.getQueryType();
  if (!(user instanceof GraphQLObjectType) || !query) throw new Error('the schema has users and a query type');
  const service = new GraphQLObjectType({ name: '_Service', fields: { sdl: { type: GraphQLString } } });
  const entity = new GraphQLUnionType({ name: '_Entity', types: [user], resolveType: () => user.name });
  const sdl = subgraphSdl(schema);
  const { fields, ...rest } = query.toConfig();
  const extended = new GraphQLObjectType({
    ...rest,
    fields: {
      ...fields,
      _service: { type: new GraphQLNonNull(service), resolve: () => ({ sdl }), extensions: { access: 'public' } },
      _entities: {
        type: new GraphQLNonNull(new GraphQLList(entity)),
        args: { representations: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(anyScalar))) } },
        resolve: (_root, { representations }: { representations: readonly unknown[] }, context: RequestContext) =>
          representations.map((each) => findUser(each, context)), // one turn, one query: see createUserLoader
        extensions: { access: 'public' },
      },
    },
  });
  const config = schema.toConfig();
  const types = config.types.filter((type) => type !== query);
  return new GraphQLSchema({ ...config, query: extended, types: [...types, anyScalar, entity, service] });
}

export const subgraphSdl = (schema: GraphQLSchema): string =>
  [
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])',
    printSchema(lexicographicSortSchema(schema)),
    'extend type User @key(fields: "id")',
  ].join('\n\n');

/** What a router sends of an entity: its type, and the fields of its key. */
const anyScalar = new GraphQLScalarType({
  name: '_Any',
  parseValue: toRepresentation,
  parseLiteral: (node, variables) => toRepresentation(valueFromASTUntyped(node, variables)),
});

function toRepresentation(value: unknown): { readonly id: string } {
  const { __typename, id } = (value ?? {}) as { __typename?: unknown; id?: unknown };
  if (__typename !== 'User' || typeof id !== 'string') throw new GraphQLError('_Any must be a User with its id');
  return { id };
}

async function findUser(representation: unknown, { loaders, verdict }: RequestContext): Promise<User | null> {
  const { id } = representation as { readonly id: string }; // what the scalar has made
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null; // no id of ours: the database is not asked
  const [user, caller] = await Promise.all([loaders.users.load(id), verdict()]);
  if (user === null) return null;
  return caller.accepted && caller.session.user.id === id ? user : toStranger(user);
}
