import {
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Access } from '../../access/access';
import { Failure } from '../../errors';
import { createFieldTable, type FieldTable, type Parent } from '../../policy/field-rules';
import { chooseOperation, type Fragments, parseDocument } from '../../policy/operation-rules';
import { requirePlainDocument } from '../../policy/plain-document';
import type { UpstreamPolicy } from '../../policy/policy';
import type { Part } from '../plan/plan';
import { keyOf, printReached } from '../plan/root-fields';
import type { Grant } from './grant';

/** Where in an answer refused fields would be: by names in the answer. */
export interface Marks {
  /** By the name that stands in the place of the field's own. */
  readonly here: ReadonlyMap<string, Mark>;
  readonly below: ReadonlyMap<string, { readonly type: GraphQLOutputType; readonly marks: Marks }>;
}

export interface Mark {
  /** The field's own name in the answer. */
  readonly key: string;
  readonly isNonNull: boolean;
  /** The first of its rules that was not granted. */
  readonly access: Access;
}

/** A part without what was refused. */
export interface PrunedPart {
  readonly part: Part;
  readonly marks: Marks;
}

/** @throws {Failure} the refusal of a field at the root that must not be null; BAD_REQUEST */
export type Prune = (part: Part, refused: Grant['refused']) => PrunedPart;

/** No document of a client has a name in its answer that begins so. */
const prefix = 'gatehouse__';

/** Sets of rules that are refused, each with what is left of a part. */
const maxKept = 20;

/**
 * A refused field is not asked for: `__typename`, which every type has and no rule is about, stands in its place under a name of ours. So the
 * service says itself in which objects the field would have been, whatever fragments, directives and lists it stands in.
 */
export function createPruner(policy: UpstreamPolicy, schema: GraphQLSchema): Prune {
  const table = createFieldTable(policy);
  const known = new WeakMap<Part, LRUCache<string, PrunedPart>>();
  return (part, refused) => {
    const ofPart = known.get(part) ?? new LRUCache<string, PrunedPart>({ max: maxKept });
    known.set(part, ofPart);
    const key = part.needed.map((access) => (refused.has(access) ? '1' : '0')).join('');
    const pruned = ofPart.get(key) ?? prune(part, refused, table, schema);
    ofPart.set(key, pruned);
    const must = [...pruned.marks.here.values()].find(({ isNonNull }) => isNonNull);
    if (must) throw refused.get(must.access) ?? new Failure('FORBIDDEN');
    return pruned;
  };
}

function prune(part: Part, refused: Grant['refused'], table: FieldTable, schema: GraphQLSchema): PrunedPart {
  const { operation, fragments } = chooseOperation(parseDocument(part.text), null);
  const marks = new Map<FieldNode, Mark>();

  const replaced = (field: FieldNode, parent: Parent): FieldNode => {
    const key = keyOf(field);
    if (key.startsWith(prefix))
      throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: `has a name that begins with ${prefix}` }] });
    if (field.name.value === '__typename') return field;
    const { rules, inner } = table.find(parent, field.name.value);
    const access = rules.find((rule) => refused.has(rule));
    if (access === undefined) return field.selectionSet && inner ? { ...field, selectionSet: within(field.selectionSet, inner) } : field;
    const name = { kind: Kind.NAME, value: '__typename' } as const;
    const alias = { kind: Kind.NAME, value: `${prefix}${key}` } as const;
    const mark: FieldNode = { kind: Kind.FIELD, name, alias, directives: field.directives ?? [] };
    marks.set(mark, { key, isNonNull: isNonNullType(typeOf(schema, parent, field)), access });
    return mark;
  };

  const within = ({ selections }: SelectionSetNode, parent: Parent): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD) return replaced(selection, parent);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const condition = selection.typeCondition?.name.value;
      return {
        ...selection,
        selectionSet: within(selection.selectionSet, condition === undefined ? parent : table.narrow(parent, condition)),
      };
    }),
  });

  const root = table.rootOf(operation.operation);
  const kept: Fragments = new Map(
    [...fragments].map(([name, fragment]) => {
      const parent = table.narrow(root, fragment.typeCondition.name.value);
      return [name, { ...fragment, selectionSet: within(fragment.selectionSet, parent) }];
    }),
  );
  const selectionSet = within(operation.selectionSet, root);
  const { text, variables } = printReached({ ...operation, selectionSet }, kept, true);
  requirePlainDocument(text);
  return {
    part: { ...part, text, json: JSON.stringify(text), variables },
    marks: createFinder({ marks, fragments: kept, table, schema })([{ set: selectionSet, parent: root }]),
  };
}

interface Known {
  readonly marks: ReadonlyMap<FieldNode, Mark>;
  readonly fragments: Fragments;
  readonly table: FieldTable;
  readonly schema: GraphQLSchema;
}

/** Selections of one type, which an answer has in one object. */
interface Selected {
  readonly set: SelectionSetNode;
  readonly parent: Parent;
}

interface Below {
  readonly type: GraphQLOutputType;
  readonly selected: Selected[];
}

/** What may be in one object of the answer, whatever its type turns out to be. How much there is has been bounded by the limits. */
function createFinder({ marks, fragments, table, schema }: Known) {
  const gather = ({ set, parent }: Selected, here: Map<string, Mark>, fields: Map<string, Below>, seen: Set<string>): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        gather(
          { set: selection.selectionSet, parent: condition === undefined ? parent : table.narrow(parent, condition) },
          here,
          fields,
          seen,
        );
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || seen.has(fragment.name.value)) continue;
        seen.add(fragment.name.value);
        gather({ set: fragment.selectionSet, parent: table.narrow(parent, fragment.typeCondition.name.value) }, here, fields, seen);
      } else gatherField(selection, parent, here, fields);
    }
  };

  const gatherField = (field: FieldNode, parent: Parent, here: Map<string, Mark>, fields: Map<string, Below>): void => {
    const mark = marks.get(field);
    if (mark) here.set(keyOf(field), mark);
    if (mark || !field.selectionSet) return;
    const { inner } = table.find(parent, field.name.value);
    const below = fields.get(keyOf(field)) ?? { type: typeOf(schema, parent, field), selected: [] };
    if (inner) below.selected.push({ set: field.selectionSet, parent: inner });
    fields.set(keyOf(field), below);
  };

  const find = (selected: readonly Selected[]): Marks => {
    const here = new Map<string, Mark>();
    const fields = new Map<string, Below>();
    const seen = new Set<string>();
    for (const each of selected) gather(each, here, fields, seen);
    const below = [...fields].map(([key, { type, selected: inside }]) => [key, { type, marks: find(inside) }] as const);
    return { here, below: new Map(below.filter(([, { marks: inside }]) => inside.here.size + inside.below.size > 0)) };
  };
  return find;
}

function typeOf(schema: GraphQLSchema, parent: Parent, { name }: FieldNode): GraphQLOutputType {
  const type = schema.getType(parent.name);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined;
  if (field === undefined) throw new Failure('BAD_REQUEST');
  return field.type;
}
