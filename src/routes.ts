import { features } from './features';
import type { Execute } from './operations/execute';
import type { BoundOperation } from './operations/operation';
import { openApiRoute } from './rest/openapi.route';
import { operationRoutes } from './rest/operation.routes';
import type { Route } from './rest/route';

/** The whole route table of the REST door: the operations' rows, those that features bring, and the document of all of them. */
export function createRoutes(operations: readonly BoundOperation[], execute: Execute, house: object): Route[] {
  const routes = [...operationRoutes(operations, execute), ...features.list.flatMap((feature) => feature.routes?.(house) ?? [])];
  return [...routes, openApiRoute(routes)];
}
