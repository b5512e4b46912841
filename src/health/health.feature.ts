import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { createReadiness, type Readiness } from './health';
import { healthRoutes } from './health.routes';

/** Whether the process lives, and whether it should get requests. */
export const healthFeature: Feature<Foundation, { readonly readiness: Readiness }> = {
  name: 'health',
  open: ({ database, clock }) => ({ readiness: createReadiness(database, clock) }),
  routes: ({ readiness }) => healthRoutes(readiness),
  drain: ({ readiness }) => readiness.drain(),
};
