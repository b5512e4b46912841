import { type GraphQLSchema, isNonNullType, isObjectType, type OperationTypeNode } from 'graphql';
import { Failure } from '../../errors';
import type { UpstreamPolicy } from '../../policy/policy';
import type { Owner, PartField } from './plan';

/** What is known of the fields at the root. */
export interface Roots {
  /** Null: nobody has it, or (`__typename`) everybody. */
  readonly ownerOf: (operation: OperationTypeNode, field: string) => Owner | null;
  /** Whether a fragment on this type selects from the root. */
  readonly isRoot: (operation: OperationTypeNode, condition: string) => boolean;
  readonly describe: (operation: OperationTypeNode, owner: Owner, key: string, field: string) => PartField;
}

interface Schemas {
  /** As our own operations are served on this path, under the upstream's names of root types; null where they are not. */
  readonly own: GraphQLSchema | null;
  readonly upstream: UpstreamPolicy['schema'];
  /** Whether introspection is answered. */
  readonly introspection: boolean;
}

export const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

const usualNames = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

export function rootsOf({ own, upstream, introspection }: Schemas): Roots {
  const fieldIn = (schema: GraphQLSchema | null, operation: OperationTypeNode, field: string) =>
    schema?.getRootType(operation)?.getFields()[field];
  const ownerOf = (operation: OperationTypeNode, field: string): Owner | null => {
    if (operation === 'query' && introspectionFields.has(field)) return introspection || own === null ? 'schema' : 'own';
    if (fieldIn(own, operation, field)) return 'own';
    return upstream === null || fieldIn(upstream, operation, field) ? 'upstream' : null;
  };
  const nameOf = (operation: OperationTypeNode): string => (upstream ?? own)?.getRootType(operation)?.name ?? usualNames[operation];
  const isNullable = (operation: OperationTypeNode, owner: Owner, field: string): boolean => {
    const type = fieldIn(owner === 'own' ? own : upstream, operation, field)?.type;
    return type === undefined || !isNonNullType(type);
  };
  return {
    ownerOf: (operation, field) => (field === '__typename' ? null : ownerOf(operation, field)),
    isRoot: (operation, condition) => {
      if (condition === nameOf(operation)) return true;
      const [root, type] = [upstream?.getRootType(operation), upstream?.getType(condition)];
      return isObjectType(root) && root.getInterfaces().some((each) => each === type);
    },
    describe: (operation, owner, key, field) => ({
      key,
      name: `${nameOf(operation)}.${field}`,
      isNullable: field !== '__schema' && field !== '__typename' && isNullable(operation, owner, field),
    }),
  };
}

/** @throws {Failure} GRAPHQL_VALIDATION_FAILED */
export function refuseUnknown(fields: readonly string[]): never {
  const issues = fields.map((field) => ({ path: 'query', message: `asks for ${field.slice(0, 64)}, which is no field of the root` }));
  throw new Failure('GRAPHQL_VALIDATION_FAILED', { issues });
}
