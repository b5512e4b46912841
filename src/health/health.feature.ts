import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { createReadiness, type Readiness } from './health';
import { healthRoutes } from './health.routes';

type Needs = Foundation & { readonly upstreams: { readonly isDown: () => boolean } | null };

/** Whether the process lives, and whether it should get requests. */
export const healthFeature: Feature<Needs, { readonly readiness: Readiness }> = {
  name: 'health',
  open: ({ database, clock }) => ({ readiness: createReadiness(database, clock) }),
  routes: ({ readiness, upstreams }) => healthRoutes(readiness, () => upstreams?.isDown() ?? false),
  drain: ({ readiness }) => readiness.drain(),
};
