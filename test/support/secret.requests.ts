import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { WireRequest } from './wire';

/** A value that must come out nowhere, of a kind that its name tells when it does. */
export type NewSecret = (kind: string) => string;

type Header = readonly [string, string];

/** Every place outside a body where a client puts a secret, or where one slips. */
export const secretHeaders = (secret: NewSecret): readonly Header[][] => [
  [['Authorization', `Bearer ${secret('bearer')}`]],
  [['Authorization', secret('authorization')]],
  [['Authorization', `Basic ${Buffer.from(`service:${secret('client-secret')}`).toString('base64')}`]],
  [
    ['Authorization', `Bearer ${secret('bearer')}`],
    ['Authorization', `Bearer ${secret('bearer')}`],
  ],
  [['X-Device-Token', secret('device-token')]],
  [['Cookie', `__Host-gatehouse_refresh=${secret('cookie')}; __Host-gatehouse_device=${secret('cookie')}`]],
  [['Cookie', `${secret('cookie')}; =${secret('cookie')}`]],
  [['Referer', `https://app.example/?token=${secret('referer')}`]],
];

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

interface OpenApiOperation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>> };
}

/** Every path and method that the description has, with secrets wherever a value stands, and bodies broken in every way. */
export function restRequests({ paths }: OpenApi, secret: NewSecret): WireRequest[] {
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const path = template.replaceAll(/\{\w+\}/g, () => secret('path'));
      const to = { method: method.toUpperCase(), path: `${path}?access_token=${secret('query')}` };
      const names = Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
      const filled = (value: () => unknown) => Object.fromEntries(names.map((name) => [name, value()]));
      const bodies = [
        JSON.stringify(filled(() => secret('field'))),
        JSON.stringify(filled(() => [secret('list')])),
        JSON.stringify(filled(() => ({ $gt: secret('object') }))),
        JSON.stringify({ ...filled(() => secret('field')), unknown: secret('unknown-field') }),
        JSON.stringify([secret('no-object')]),
        JSON.stringify(secret('no-object')),
        `{"password": "${secret('cut-off')}`,
        `{"password": "${secret('too-large')}${'x'.repeat(110_000)}"}`,
      ];
      const form = new URLSearchParams({ token: secret('form'), password: secret('form'), client_secret: secret('form') });
      return [
        ...secretHeaders(secret).map((headers) => ({ ...to, headers })),
        ...bodies.map((body) => ({ ...to, headers: [['Content-Type', 'application/json'] as const], body })),
        { ...to, headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: form.toString() },
        { ...to, headers: [['Content-Type', `text/plain; secret=${secret('content-type')}`]], body: secret('text') },
        { ...to, method: 'PROPFIND' },
      ] satisfies WireRequest[];
    }),
  );
}

/** Every field of the schema's roots with secrets as its input, as variables and as literals, well-formed and not. */
export function graphqlRequests(secret: NewSecret): WireRequest[] {
  const schema = buildSchema(readFileSync(join(__dirname, '../../schema.graphql'), 'utf8'));
  const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type != null);
  return roots.flatMap((root) =>
    Object.values(root.getFields()).flatMap((field) => operationsOf(root.name.toLowerCase(), field, secret).map(graphqlRequest)),
  );
}

export interface GraphQLBody {
  readonly query: string;
  readonly variables?: unknown;
}

export const graphqlRequest = (body: GraphQLBody): WireRequest => ({
  method: 'POST',
  path: '/graphql',
  headers: [
    ['Content-Type', 'application/json'],
    ['Accept', 'application/graphql-response+json'],
  ],
  body: JSON.stringify(body),
});

function operationsOf(kind: string, { name, type, args }: GraphQLField<unknown, unknown>, secret: NewSecret): GraphQLBody[] {
  const selection = isLeafType(getNamedType(type)) ? '' : ' { __typename }';
  const declared = args.length === 0 ? '' : `(${args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ')})`;
  const passed = args.length === 0 ? '' : `(${args.map((argument) => `${argument.name}: $${argument.name}`).join(', ')})`;
  const withVariables = `${kind}${declared} { ${name}${passed}${selection} }`;
  const variables = (leaf: () => unknown) => Object.fromEntries(args.map((argument) => [argument.name, inputOf(argument.type, leaf)]));
  const literals = (leaf: () => unknown, more = '') => {
    const given = Object.entries(variables(leaf)).map(([argument, value]) => `${argument}: ${literal(value)}`);
    return `${kind} { ${name}${given.length + more.length === 0 ? '' : `(${[...given, more].join(' ')})`}${selection} }`;
  };
  const text = () => secret('literal');
  return [
    { query: withVariables, variables: variables(() => secret('variable')) },
    { query: withVariables, variables: variables(() => [secret('variable-list')]) },
    { query: withVariables, variables: variables(() => ({ $gt: secret('variable-object') })) },
    { query: withVariables, variables: { input: secret('variable-scalar'), id: { x: secret('variable-object') } } },
    { query: withVariables, variables: { input: { unknown: secret('variable-unknown') } } },
    { query: withVariables, variables: secret('no-variables') },
    { query: literals(text) },
    { query: literals(() => [text()]) },
    { query: literals(text, `unknown: ${literal(text())}`) },
    { query: `${kind} { ${name}(input: ${literal(text())})${selection} }` },
    { query: `${kind} { ${name}(input: { password: ${literal([text(), { x: text() }])} })${selection} }` },
    { query: `${kind} { ${name}(input: { password: "${text()}` },
    { query: `${kind} { ${name}(input: { password: ${literal(text())} ${literal(text())} })${selection} }` },
    { query: `${kind} { ${name}(input: { password: ${literal(text())} = })${selection} }` },
    { query: `${kind} { ${name} @include(if: ${literal(text())})${selection} }` },
    { query: `${kind}($x: String = [${literal(text())}, ${literal({ x: text() })}]) { ${name}${selection} }` },
    { query: literal(text()) },
  ];
}

function inputOf(type: GraphQLInputType, leaf: () => unknown): unknown {
  if (isNonNullType(type)) return inputOf(type.ofType, leaf);
  if (isListType(type)) return [inputOf(type.ofType, leaf)];
  if (isInputObjectType(type))
    return Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, inputOf(field.type, leaf)]));
  return leaf();
}

/** A value as a GraphQL document writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name.replace('$', '')}: ${literal(inner)}`)
    .join(', ')}}`;
}
