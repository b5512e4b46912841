import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config';
import { type InspectedPolicy, inspectPolicy, type ServedPath, type UpstreamPolicy } from '../policy/policy';
import { type MergedSchema, mergeSchemas } from './schema/merged.schema';
import { faultsOfServed } from './schema/served.faults';

/** Where our own operations are. */
export const ownPath = '/graphql';

export type Served = readonly [path: string, policy: UpstreamPolicy & { readonly served: ServedPath }];

export const servedPaths = ({ policies }: Pick<InspectedPolicy, 'policies'>): Served[] =>
  [...policies].filter((entry): entry is [string, UpstreamPolicy & { served: ServedPath }] => entry[1].served !== null);

/** What the gateway has of its own: its schema, and what else it serves. */
export interface OwnSide {
  readonly schema: GraphQLSchema;
  readonly isServed: (path: string) => boolean;
}

export interface Inspected {
  /** Null: no service stands behind `/graphql`, or there are faults. */
  readonly merged: MergedSchema | null;
  /** Of the file as well. */
  readonly faults: readonly string[];
}

/** The policy beside what the gateway has of its own. */
export function inspectServed(policy: InspectedPolicy, { schema, isServed }: OwnSide, federation: boolean): Inspected {
  const served = servedPaths(policy);
  const ofPaths = served.flatMap((entry) => faultsOfServed(entry, isServed, federation));
  const behind = served.find(([path]) => path === ownPath)?.[1];
  const merging = behind?.schema ? mergeSchemas(schema, behind.schema, behind.served.own) : { merged: null, faults: [] };
  const faults = [...policy.faults, ...ofPaths, ...merging.faults.map((fault) => `endpoints ${ownPath} ${fault}`)];
  return { merged: faults.length > 0 ? null : merging.merged, faults };
}

/** As a start would find it. Our own side is made only where a path is served by the gateway itself. */
export async function inspectFile(
  file: string,
  { variable, federation }: Pick<Config, 'variable' | 'federation'>,
  ownSide: () => Promise<OwnSide>,
): Promise<Inspected & { readonly policy: InspectedPolicy }> {
  const policy = inspectPolicy(file, variable);
  if (servedPaths(policy).length === 0) return { policy, merged: null, faults: policy.faults };
  return { policy, ...inspectServed(policy, await ownSide(), federation) };
}
