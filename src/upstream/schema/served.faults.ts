import type { ServedPath, UpstreamPolicy } from '../../policy/policy';
import { unknownNames } from '../identity/templates';

const introspection = ['__schema', '__type'];

const unknownIn = (where: string, template: unknown): string[] =>
  unknownNames(template).map((name) => `${where}: $${name} is no name of a template`);

/** What a path that the gateway serves itself has against the rest of the gateway. */
export function faultsOfServed(
  [path, { fields, schema, served }]: readonly [string, UpstreamPolicy & { readonly served: ServedPath }],
  taken: (path: string) => boolean,
  federation: boolean,
): string[] {
  const at = `endpoints ${path}`;
  const query = schema?.getQueryType()?.name ?? 'Query';
  const hidden = new Set(served.own.hide);
  const isOpenSubgraph = federation && path === '/graphql' && !(hidden.has('Query._service') && hidden.has('Query._entities'));
  return [
    ...(path !== '/graphql' && taken(path) ? [`${at}: is a path that Gatehouse serves itself`] : []),
    ...introspection
      .filter((field) => fields.has(`${query}.${field}`))
      .map((field) => `${at} fields ${query}.${field}: introspection is answered here; set introspection`),
    ...Object.entries(served.upstream.headers).flatMap(([name, text]) => unknownIn(`${at} upstream headers ${name}`, text)),
    ...unknownIn(`${at} upstream claims`, served.upstream.claims),
    ...(isOpenSubgraph
      ? [`${at} upstream: with AUTH_FEDERATION=on, own.hide needs "Query._service" and "Query._entities", or another path is served`]
      : []),
  ];
}
