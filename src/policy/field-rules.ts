import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { Access } from '../access/access';
import { Failure } from '../errors';
import type { UpstreamPolicy } from './policy';

/** A type of the upstream schema, or a root type by its usual name where there is no schema. */
export interface Parent {
  readonly name: string;
}

/** Which rules a field falls under. Everything here throws {Failure} BAD_REQUEST for what the schema does not have. */
export interface FieldTable {
  readonly rootOf: (operation: OperationTypeNode) => Parent;
  /** What a fragment on `condition` selects from, inside `parent`. */
  readonly narrow: (parent: Parent, condition: string) => Parent;
  /** `inner`: null where what the field gives is not known. @throws {Failure} FORBIDDEN for a field at the root that no rule names */
  readonly find: (parent: Parent, field: string) => Found;
}

interface Found {
  readonly rules: readonly Access[];
  readonly inner: Parent | null;
}

export const createFieldTable = ({ fields, directives, schema }: Pick<UpstreamPolicy, 'fields' | 'directives' | 'schema'>): FieldTable =>
  schema === null ? withoutSchema({ fields, directives }) : withSchema({ fields, directives }, schema);

type Rules = Pick<UpstreamPolicy, 'fields' | 'directives'>;

const rootNames = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** A fragment at the root may name any type: whatever it is called, what it selects is selected from the root. */
const withoutSchema = (rules: Rules): FieldTable => ({
  rootOf: (operation) => ({ name: rootNames[operation] }),
  narrow: (parent) => parent,
  find: (parent, field) => ({ rules: requireRules(rules, parent.name, field), inner: null }),
});

/** A root type is closed wherever it is met, at the root or as what a field gives; every other type is open but for its rules. */
function withSchema(rules: Rules, schema: GraphQLSchema): FieldTable {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((type) => type?.name));
  const found = new Map<string, Found>(); // by `Type.field`: no more than the schema has, for what nobody may have is not kept
  const lookUp = (parent: string, name: string): Found => {
    const type = schema.getType(parent) ?? refuse();
    const field = fieldOf(schema, type, name) ?? refuse();
    const bearers = relatives(schema, type).filter((each) => fieldOf(schema, each, name) !== undefined);
    const needed = bearers.flatMap((each) =>
      roots.has(each.name) ? requireRules(rules, each.name, name) : rulesFor(rules, each.name, name),
    );
    return { rules: [...new Set(needed)], inner: getNamedType(field.type) };
  };
  return {
    rootOf: (operation) => schema.getRootType(operation) ?? refuse(),
    narrow: (_parent, condition) => {
      const type = schema.getType(condition);
      return isCompositeType(type) ? type : refuse();
    },
    find: (parent, name) => {
      const key = `${parent.name}.${name}`;
      const known = found.get(key) ?? lookUp(parent.name, name);
      found.set(key, known);
      return known;
    },
  };
}

/**
 * A field of an interface is one of whatever object it turns out to be, and an object's keeps the rules of all its interfaces:
 * those as well that the document does not name.
 */
function relatives(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  const below = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const each = [type, ...below];
  return [...new Set([...each, ...each.flatMap((one) => (isObjectType(one) || isInterfaceType(one) ? one.getInterfaces() : []))])];
}

function fieldOf(schema: GraphQLSchema, type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (type === schema.getQueryType() && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (type === schema.getQueryType() && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

/**
 * The field's own rule, or its type's `*`: that means the fields that a schema's author names, and none of `_service`, `__schema` and the
 * like. What the schema's own directives need holds beside it.
 */
function rulesFor({ fields, directives }: Rules, type: string, field: string): readonly Access[] {
  const ofFile = fields.get(`${type}.${field}`) ?? (field.startsWith('_') ? undefined : fields.get(`${type}.*`));
  return [...(ofFile === undefined ? [] : [ofFile]), ...(directives.get(`${type}.${field}`) ?? [])];
}

function requireRules(rules: Rules, type: string, field: string): readonly Access[] {
  const needed = rulesFor(rules, type, field);
  if (needed.length === 0) throw new Failure('FORBIDDEN');
  return needed;
}

function refuse(): never {
  throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: 'asks for a field or a type that the schema does not have' }] });
}
