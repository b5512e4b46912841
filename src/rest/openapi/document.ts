import { z } from 'zod';
import { toSnakeSchema } from '../../case';
import { type FailureCode, failures } from '../../errors';
import { problemAnswer, problemMediaType } from '../../http/problem';
import type { DescribedHeader } from '../../operations/operation';
import { pathsOf } from '../register-routes';
import { type DescribedBody, isDescribed, type Route } from '../route';
import { exampleFailure, exampleOf, exampleProblem, exampleRequestId } from './examples';

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
        serviceClient: { type: 'http', scheme: 'basic', description: 'Id and secret from `gatehouse client create`.' },
      },
    },
  };
}

interface Components {
  readonly schemas: Record<string, object>;
  /** The reference to a schema that has a name. `isOurs`: its members are written in snake_case. */
  readonly refer: (schema: z.ZodType, isOurs?: boolean) => object;
}

function createComponents(): Components {
  const schemas: Record<string, object> = {};
  const refer = (schema: z.ZodType, isOurs = false): object => {
    const described = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output', ...(isOurs && { override: toSmallWords }) });
    const { $schema: _, $defs = {}, ...own } = (isOurs ? toSnakeSchema(described) : described) as typeof described;
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
    ...described('header', route.headers),
    ...described('query', route.query),
  ];
  return {
    operationId: isAlias ? `${route.operationId}Unversioned` : route.operationId,
    summary: route.summary,
    description: describeAccess(route, isAlias),
    tags: [route.tag],
    security: securityOf[route.access],
    ...(parameters.length > 0 && { parameters }),
    ...(isDescribed(route.body) && { requestBody: describeBody(route.body) }),
    responses: {
      [route.status]: {
        description: 'Done',
        ...(route.answerHeaders && { headers: describeHeaders(route.answerHeaders) }),
        ...((route.answer || route.otherAnswers) && {
          content: {
            ...(route.answer && { 'application/json': describeAnswer(refer(route.answer, route.at !== 'root'), schemas) }),
            ...describeOthers(route.otherAnswers ?? {}),
          },
        }),
      },
      ...(route.redirect && { 302: { description: route.redirect, headers: describeHeaders({ Location: 'Where to' }) } }),
      ...(route.etag && { 304: { description: 'The client has it already (If-None-Match)' } }),
      ...describeFailures(route, refer(route.failureShape?.schema ?? problemAnswer)),
    },
  };
}

const described = (place: 'header' | 'query', parameters: Readonly<Record<string, string | DescribedHeader>> = {}): object[] =>
  Object.entries(parameters).map(([name, parameter]) =>
    typeof parameter === 'string'
      ? { name, in: place, description: parameter, schema: { type: 'string' } }
      : { name, in: place, description: parameter.description, schema: toParameterSchema(parameter.schema) },
  );

function toParameterSchema(schema: z.ZodType): object {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: 'input' });
  return own;
}

const describeHeaders = (headers: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]));

const describeAccess = ({ access, path }: Route, isAlias: boolean): string =>
  `${needs[access]}${isAlias ? ` The same as /v1${path}, as the first documents have it.` : ''}`;

const describeAnswer = (schema: object, schemas: Components['schemas']): object => ({ schema, example: exampleOf(schema, schemas) });

const describeOthers = (examples: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(examples).map(([mediaType, example]) => [mediaType, { schema: { type: 'string' }, example }]));

const needs = { public: 'Needs no access token.', session: 'Needs an access token.', client: 'Needs a service client.' } as const;

const securityOf = { public: [], session: [{ accessToken: [] }], client: [{ serviceClient: [] }] } as const;

const mediaTypes = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

const describeBody = ({ kind = 'json', schema, required, example }: DescribedBody): object => ({
  required,
  content: { [mediaTypes[kind]]: { schema: bodySchema(schema), example } },
});

/** One response a status, with the codes that it may have. */
function describeFailures({ failures: own, body, method, failureShape }: Route, problem: object): Record<string, object> {
  const everywhere: FailureCode[] = [
    'BAD_USER_INPUT', // an Authorization header that is sent twice, on every path
    'INTERNAL_SERVER_ERROR',
    ...(body?.kind !== 'ignored' && (body || method !== 'GET') ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
  ];
  const example = (code: FailureCode): object =>
    failureShape === undefined ? exampleProblem(code) : failureShape.render(exampleFailure(code), exampleRequestId, undefined).body;
  const byStatus = new Map<number, FailureCode[]>();
  for (const code of new Set([...own, ...everywhere]))
    byStatus.set(failures[code].status, [...(byStatus.get(failures[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${failures[code].title}`).join(' '),
        content: {
          [failureShape?.mediaType ?? problemMediaType]: {
            schema: problem,
            examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
          },
          ...(failureShape !== undefined && { 'application/json': { schema: problem, example: example(codes[0] ?? 'BAD_REQUEST') } }), // to whom accepts nothing else
        },
      },
    ]),
  );
}

/** An operation's input as REST spells it: names in snake_case, and the words of an enum in small letters. */
function bodySchema(schema: z.ZodType): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    io: 'input',
    override: toSmallWords,
  });
  return toSnakeSchema(described) as object;
}

/** REST has the words of an enum in small letters. */
function toSmallWords({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.enum) jsonSchema.enum = jsonSchema.enum.map((word) => String(word).toLowerCase());
  if (typeof jsonSchema.default === 'string') jsonSchema.default = jsonSchema.default.toLowerCase();
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
