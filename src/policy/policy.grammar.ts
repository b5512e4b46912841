import { z } from 'zod';
import { accessInput } from '../access/access';
import { type OperationLimits, operationLimitRanges } from '../graphql/graphql.settings';
import { ownNames } from './parameters';
import { upstreamMembers } from './upstream.grammar';

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

/** One path. What is meant for a path that the gateway serves itself stands in `upstream.grammar.ts`. */
const endpoint = z.strictObject({
  fields: z.record(z.string().regex(fieldName, 'must be named Type.field or Type.*'), accessInput),
  schema: z.string().min(1).optional(),
  trustedDocuments: z.string().min(1).optional(),
  ignoredParameters: z.array(z.string().refine((name) => !ownNames.has(name.toLowerCase()), "must not be GraphQL's own")).default([]),
  limits: limits.default({}),
  ...upstreamMembers,
});

/** The file of AUTH_UPSTREAM_POLICY. */
export const policyFile = z.strictObject({
  endpoints: z.record(z.string().regex(/^\/[^?#\s]*$/, 'must be a path, such as /graphql'), endpoint),
  /** What a name in `@policy` stands for. */
  policies: z.record(z.string().min(1).max(128), accessInput).default({}),
});

export type EndpointInput = z.output<typeof endpoint>;
