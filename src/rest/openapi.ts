import { z } from 'zod';
import { type FailureCode, failures } from '../errors';
import { problemAnswer } from './answers';
import { exampleOf, exampleProblem } from './examples';
import { toSnake } from './naming';
import { pathsOf } from './register-routes';
import type { Route } from './route';

/** The OpenAPI 3.1 document of a route table: exactly what is served, under every path it is served at. */
export function createOpenApi(routes: readonly Route[], version: string): object {
  const components = createComponents();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes)
    for (const path of pathsOf(route)) {
      paths[path] ??= {};
      paths[path][route.method.toLowerCase()] = describeRoute(route, path, components);
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version,
      description:
        'The REST door of Gatehouse, a GraphQL authentication gateway. Every operation is the one that GraphQL has, with the same outcome and the same error codes.',
      contact: { name: 'Whoever runs this gateway' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This gateway' }],
    tags: tagsOf(routes),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token from register, login or refresh.',
        },
      },
    },
  };
}

interface Components {
  readonly schemas: Record<string, object>;
  /** The reference to a schema that has a name. */
  readonly refer: (schema: z.ZodType) => object;
}

function createComponents(): Components {
  const schemas: Record<string, object> = {};
  const refer = (schema: z.ZodType): object => {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' });
    for (const [name, definition] of Object.entries($defs)) schemas[name] ??= pointToComponents(definition);
    const name = schema.meta()?.id;
    if (name === undefined) return pointToComponents(own);
    schemas[name] ??= pointToComponents(own);
    return { $ref: `#/components/schemas/${name}` };
  };
  return { schemas, refer };
}

function describeRoute(route: Route, path: string, { refer, schemas }: Components): object {
  const isAlias = route.at === 'versioned' && path === route.path;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', maxLength: 64 },
    })),
    ...Object.entries(route.headers ?? {}).map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } })),
  ];
  return {
    operationId: isAlias ? `${route.operationId}Unversioned` : route.operationId,
    summary: route.summary,
    description: describeAccess(route, isAlias),
    tags: [route.tag],
    security: route.access === 'session' ? [{ accessToken: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: route.body.required,
        content: { 'application/json': { schema: bodySchema(route.body.schema), example: route.body.example } },
      },
    }),
    responses: {
      [route.status]: { description: 'Done', content: { 'application/json': describeAnswer(refer(route.answer), schemas) } },
      ...describeFailures(route, refer(problemAnswer)),
    },
  };
}

const describeAccess = ({ access, path }: Route, isAlias: boolean): string =>
  `${access === 'session' ? 'Needs an access token.' : 'Needs no access token.'}${isAlias ? ` The same as /v1${path}, as the first documents have it.` : ''}`;

const describeAnswer = (schema: object, schemas: Components['schemas']): object => ({ schema, example: exampleOf(schema, schemas) });

/** One response a status, with the codes that it may have. */
function describeFailures({ failures: own, body, method }: Route, problem: object): Record<string, object> {
  const everywhere: FailureCode[] = [
    'BAD_USER_INPUT', // an Authorization header that is sent twice, on every path
    'INTERNAL_SERVER_ERROR',
    ...(body || method !== 'GET' ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
  ];
  const byStatus = new Map<number, FailureCode[]>();
  for (const code of new Set([...own, ...everywhere]))
    byStatus.set(failures[code].status, [...(byStatus.get(failures[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${failures[code].title}`).join(' '),
        content: {
          'application/problem+json': {
            schema: problem,
            examples: Object.fromEntries(codes.map((code) => [code, { value: exampleProblem(code) }])),
          },
        },
      },
    ]),
  );
}

/** A service's input schema as REST spells it. */
function bodySchema(schema: z.ZodType): object {
  const { $schema: _, properties = {}, required = [], ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
  const renamed = Object.fromEntries(Object.entries(properties).map(([name, property]) => [toSnake(name), property]));
  return { ...rest, type: 'object', properties: renamed, ...(required.length > 0 && { required: required.map(toSnake) }) };
}

const pointToComponents = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as object;

const tagsOf = (routes: readonly Route[]): object[] =>
  [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name, description: tagDescriptions[name] ?? name }));

const tagDescriptions: Readonly<Record<string, string>> = {
  Accounts: 'Registering and logging in.',
  Profile: "The caller's profile and password.",
  Sessions: 'Refreshing, listing and ending sessions.',
  Gate: 'What other services use.',
  Operation: 'What the machines that run it use.',
};
