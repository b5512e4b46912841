import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type MiddlewareFn, type NonEmptyArray } from 'type-graphql';
import type { RequestContext } from '../context';

export type ResolverClass = abstract new (...given: never[]) => object;

/** type-graphql's resolvers: a class, and the instance of it that this gateway has. */
export type Resolvers = ReadonlyMap<ResolverClass, object>;

/** The schema over these resolvers. Input is judged by the operations' own rules, not by decorators. */
export const createSchema = (resolvers: Resolvers): GraphQLSchema =>
  buildSchemaSync({
    // The keys of the map are the classes.
    resolvers: [...resolvers.keys()] as unknown as NonEmptyArray<() => void>,
    container: { get: (type) => resolvers.get(type as never) },
    validate: false,
    skipCheck: true, // an introspection, 50 ms of every start; Apollo judges the schema too, when it takes it
    globalMiddlewares: [renewForEachMutation],
  });

/** A schema in SDL, in an order that does not hang on how it was built. */
export const sdlOf = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;

/** Mutations of one document run one after the other: each is judged by what the ones before have left (GraphQL §6.2.2). */
const renewForEachMutation: MiddlewareFn<RequestContext> = ({ context, info }, next) => {
  if (info.path.prev === undefined && info.operation.operation === 'mutation') context.renew();
  return next();
};
