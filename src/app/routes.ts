import { features } from '../features';
import { schemaRoute } from '../graphql/http/schema.route';
import type { Execute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import { openApiRoute } from '../rest/openapi/openapi.route';
import { operationRoutes } from '../rest/operation.routes';
import type { Route } from '../rest/route';

/**
 * The whole route table of the REST door: the operations' rows, those that features bring, and the documents of both doors. `sdl`: see
 * {@link schemaRoute}.
 */
export function createRoutes(operations: readonly BoundOperation[], execute: Execute, house: object, sdl: () => string | null): Route[] {
  const brought = features.list.flatMap((feature) => feature.routes?.(house) ?? []);
  const routes = [...operationRoutes(operations, execute), ...brought, schemaRoute(sdl)];
  return [...routes, openApiRoute(routes)];
}
