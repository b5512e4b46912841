import { dirname, resolve } from 'node:path';
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { z } from 'zod';
import { type Access, accessInput } from '../access/access';
import { type OperationLimits, operationLimitRanges } from '../graphql/graphql.settings';
import { ownNames } from './parameters';
import { readJson, readManifest, readSchema } from './policy.files';

/** What one path of an upstream GraphQL service lets through. */
export interface UpstreamPolicy {
  /** By `Type.field` and `Type.*`. */
  readonly fields: ReadonlyMap<string, Access>;
  /** Null: only the fields at the root are known. */
  readonly schema: GraphQLSchema | null;
  /** Documents by the id that clients send in their place. */
  readonly trustedDocuments: ReadonlyMap<string, string>;
  /** Parameters that the upstream service does not look at. */
  readonly ignoredParameters: ReadonlySet<string>;
  /** In place of our own. */
  readonly limits: Partial<OperationLimits>;
}

/** Everything that is wrong with a policy file, one fault a line. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly faults: readonly string[]) {
    super(['The file of AUTH_UPSTREAM_POLICY is wrong:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

const maxPolicyBytes = 1024 * 1024;

const fieldName = /^[A-Za-z_][A-Za-z0-9_]*\.(\*|[A-Za-z_][A-Za-z0-9_]*)$/;

const limit = (name: keyof OperationLimits) => {
  const [least, most] = operationLimitRanges[name];
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.int(rule).min(least, rule).max(most, rule).optional();
};

const limits = z.strictObject({
  maxTokens: limit('maxTokens'),
  maxDepth: limit('maxDepth'),
  maxFields: limit('maxFields'),
  maxRootFields: limit('maxRootFields'),
  maxCost: limit('maxCost'),
  maxAliases: limit('maxAliases'),
  maxDirectives: limit('maxDirectives'),
  maxListEntries: limit('maxListEntries'),
  maxInputDepth: limit('maxInputDepth'),
});

const endpoint = z.strictObject({
  fields: z.record(z.string().regex(fieldName, 'must be named Type.field or Type.*'), accessInput),
  schema: z.string().min(1).optional(),
  trustedDocuments: z.string().min(1).optional(),
  ignoredParameters: z.array(z.string().refine((name) => !ownNames.has(name.toLowerCase()), "must not be GraphQL's own")).default([]),
  limits: limits.default({}),
});

const policyFile = z.strictObject({
  endpoints: z.record(z.string().regex(/^\/[^?#\s]*$/, 'must be a path, such as /graphql'), endpoint),
});

/** Reads the policy with everything that it names, paths relative to its own. @throws {PolicyError} with every fault */
export function readUpstreamPolicy(file: string): ReadonlyMap<string, UpstreamPolicy> {
  const faults: string[] = [];
  const parsed = readJson(file, maxPolicyBytes, policyFile, 'policy', faults);
  const policies = new Map<string, UpstreamPolicy>();
  for (const [path, { schema, trustedDocuments, ...rest }] of Object.entries(parsed?.endpoints ?? {})) {
    const at = `endpoints ${path}`;
    const within = (name: string): string => resolve(dirname(file), name);
    const fields = new Map(Object.entries(rest.fields));
    const known = schema === undefined ? null : readSchema(within(schema), `${at} schema`, faults);
    if (schema === undefined || known !== null) faults.push(...unknownFields(fields, known).map((fault) => `${at} fields ${fault}`));
    policies.set(path, {
      fields,
      schema: known,
      trustedDocuments:
        trustedDocuments === undefined ? new Map() : readManifest(within(trustedDocuments), `${at} trustedDocuments`, faults),
      ignoredParameters: new Set(rest.ignoredParameters),
      limits: Object.fromEntries(Object.entries(rest.limits).filter(([, most]) => most !== undefined)),
    });
  }
  if (faults.length > 0) throw new PolicyError(faults);
  return policies;
}

const rootTypes = ['Query', 'Mutation', 'Subscription'];
const introspection = ['__schema', '__type'];

/** Rules that no request could ever meet: a misspelt one would leave a field open or closed without a word. */
function unknownFields(fields: ReadonlyMap<string, Access>, schema: GraphQLSchema | null): string[] {
  return [...fields.keys()].flatMap((name) => {
    const [typeName = '', field = ''] = name.split('.');
    if (schema === null)
      return rootTypes.includes(typeName) ? [] : [`${name}: needs the schema; without it only ${rootTypes.join(', ')} can be named`];
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return [`${name}: the schema has no such type with fields`];
    if (field === '*' || (type === schema.getQueryType() && introspection.includes(field)) || Object.hasOwn(type.getFields(), field))
      return [];
    return [`${name}: the schema has no such field`];
  });
}
