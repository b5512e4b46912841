import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { InspectedPolicy } from './policy';

/** The file of AUTH_UPSTREAM_POLICY, read once at the start. @throws {PolicyError} when it opens, unless the gateway serves a path of it itself */
export const policyFeature: Feature<Foundation, { readonly policy: InspectedPolicy }> = {
  name: 'policy',
  open: async ({ config: { upstreamPolicyFile, variable } }) => {
    if (upstreamPolicyFile === undefined) return { policy: { policies: new Map(), faults: [] } };
    const { inspectPolicy, PolicyError } = await import('./policy');
    const policy = inspectPolicy(upstreamPolicyFile, variable);
    const isServed = [...policy.policies.values()].some(({ served }) => served !== null);
    // What our own schema has against the file is told together with this: see upstream/upstreams.ts.
    if (policy.faults.length > 0 && !isServed) throw new PolicyError(policy.faults);
    return { policy };
  },
};
