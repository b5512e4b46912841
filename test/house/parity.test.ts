import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { features } from '../../src/features';
import type { AnyOperation, RestBinding } from '../../src/operations/operation';

/**
 * Both doors, read from what is published: the SDL and the OpenAPI document. Names are compared in REST's spelling, each with whether it may
 * be null.
 */
const sdl = buildSchema(readFileSync('schema.graphql', 'utf8'));
const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as Json;

// biome-ignore lint/suspicious/noExplicitAny: a JSON document, read member by member
type Json = any;
type Members = Readonly<Record<string, 'may be null' | 'never null'>>;

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const resolve = (schema: Json): Json => (schema.$ref ? openapi.components.schemas[schema.$ref.split('/').at(-1)] : schema);
const mayBeNull = ({ type, anyOf = [] }: Json): boolean => [type].flat().includes('null') || anyOf.some(mayBeNull);

/** Fields that lead on to other objects: GraphQL's alone, because REST has no way to ask for them. */
/** What REST shows of the caller in `GET /v1/profile`, and in no other answer. */
const ofProfileAlone = new Set(['User.permissions', 'User.pending_email', 'User.has_password', 'User.deletes_at', 'User.second_factors']);
const graphqlAlone = new Set(['User.sessions', 'User.passkeys', 'User.identities', 'Session.user']);

const membersOfType = (type: GraphQLNamedType): Members => {
  if (!isObjectType(type) && !isInputObjectType(type)) return {};
  const fields = Object.values(type.getFields()).filter(({ name }) => !graphqlAlone.has(`${type.name}.${name}`));
  return Object.fromEntries(fields.map(({ name, type: own }) => [snake(name), isNonNullType(own) ? 'never null' : 'may be null'] as const));
};

/** An output's member may be null where its schema says so; an input's, where it may be left out. */
const membersOfSchema = (schema: Json, isInput: boolean): Members => {
  const { properties = {}, required = [] } = resolve(schema);
  return Object.fromEntries(
    Object.entries<Json>(properties).map(([name, own]) => [
      name,
      (isInput ? !required.includes(name) : mayBeNull(own)) ? 'may be null' : 'never null',
    ]),
  );
};

const rootField = ({ kind, name }: AnyOperation): GraphQLField<unknown, unknown> => {
  const root = (kind === 'query' ? sdl.getQueryType() : sdl.getMutationType()) as GraphQLObjectType;
  return root.getFields()[name] as GraphQLField<unknown, unknown>;
};

const rows = features.operations.flatMap((operation) =>
  (operation.rest ?? []).map((binding) => ({ operation, binding, title: `${operation.name} and ${binding.method} ${binding.path}` })),
);
const described = ({ method, path }: RestBinding): Json => openapi.paths[`/v1${path}`][method.toLowerCase()];

describe('the two doors', () => {
  it('have the same operations: each root field is a record, and each record a root field', () => {
    const fields = [sdl.getQueryType(), sdl.getMutationType()].flatMap((root) => Object.keys((root as GraphQLObjectType).getFields()));
    expect(fields.sort()).toEqual(features.operations.map(({ name }) => name).sort());
  });

  it.each(rows)('take the same in $title', ({ operation, binding }) => {
    const { args } = rootField(operation);
    const { requestBody, parameters = [] } = described(binding);
    const [only] = args;
    const takesInput = args.length === 1 && only?.name === 'input';
    const graphqlTakes = takesInput
      ? membersOfType(getNamedType(only.type))
      : Object.fromEntries(args.map(({ name, type }) => [snake(name), isNonNullType(type) ? 'never null' : 'may be null']));
    const inPath = parameters.filter((each: Json) => each.in === 'path').map(({ name }: Json) => [name, 'never null']);
    const body = requestBody ? membersOfSchema(requestBody.content['application/json'].schema, true) : {};
    const inQuery = parameters.filter((each: Json) => each.in === 'query').map(({ name }: Json) => [name, 'may be null']);
    expect({ ...body, ...Object.fromEntries([...inPath, ...inQuery]) }).toEqual(graphqlTakes);
    if (takesInput) expect(requestBody.required).toBe(isNonNullType(only.type));
  });

  it.each(rows)('give the same in $title', ({ operation, binding }) => {
    const type = getNamedType(rootField(operation).type);
    if (type.name === 'JSONObject') return; // GraphQL does not look into it: export/account-export.test.ts compares the two
    const { status = 200 } = binding;
    const answer = resolve(described(binding).responses[status].content['application/json'].schema);
    const { restAnswer } = operation;
    const inner = restAnswer && 'under' in restAnswer ? answer.properties[restAnswer.under].items : answer;
    const shown =
      restAnswer && 'member' in restAnswer ? getNamedType((type as GraphQLObjectType).getFields()[restAnswer.member]?.type as never) : type;
    const compare = (named: GraphQLNamedType, schema: Json): void => {
      const members = membersOfSchema(schema, false);
      const inGraphQL = Object.entries(membersOfType(named)).filter(
        ([name]) => name in members || !ofProfileAlone.has(`${named.name}.${name}`),
      );
      expect({ type: named.name, members }).toEqual({ type: named.name, members: Object.fromEntries(inGraphQL) });
      if (!isObjectType(named)) return;
      for (const { name, type: own } of Object.values(named.getFields())) {
        const nested = getNamedType(own);
        if (!isObjectType(nested) || graphqlAlone.has(`${named.name}.${name}`)) continue;
        const inner = resolve(schema).properties[snake(name)];
        if (inner === undefined && ofProfileAlone.has(`${named.name}.${snake(name)}`)) continue;
        compare(nested, inner.items ?? inner);
      }
    };
    compare(shown as GraphQLNamedType, inner);
  });
});
