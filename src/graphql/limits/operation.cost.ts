import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { Failure } from '../../errors';

/** What selections amount to with every fragment put in its place. What @skip and @include leave out counts as well. */
export interface Weight {
  /** Levels of fields. What stands below `__schema` and `__type` counts apart: it is bounded by the schema. */
  depth: number;
  introspectionDepth: number;
  fields: number;
  introspectionFields: number;
  /** One a field, and what is inside a list {@link assumedListSize} times. */
  cost: number;
  aliases: number;
  directives: number;
  /** Fields of the outermost level. */
  rootFields: number;
  /** Each mutation on the outermost level, with the first name that its answer has. */
  mutations: Map<string, string>;
  /** A mutation that runs more than once and is not marked `repeatable`. */
  repeated: string | null;
}

export interface DocumentWeight {
  readonly operations: readonly Readonly<Weight>[];
  /** Each for itself too: an unused fragment is validated like a used one. */
  readonly fragments: readonly Readonly<Weight>[];
  /** How many nodes were looked at: never more than the document has. */
  readonly visitedNodes: number;
}

/** How many entries a list is taken to have. */
export const assumedListSize = 10;

type Executable = OperationDefinitionNode | FragmentDefinitionNode;
type Parent = GraphQLNamedType | null | undefined;

/**
 * Weighs each definition once and remembers the fragments, so that the work grows with the length of the document and
 * not with what it unfolds to: a checker that unfolds is itself the way in (CVE-2026-34573).
 * @throws {Failure} GRAPHQL_VALIDATION_FAILED when a fragment contains itself
 */
export function weighDocument(schema: GraphQLSchema, document: DocumentNode): DocumentWeight {
  const ofKind = <K extends Executable['kind']>(kind: K) =>
    document.definitions.filter((definition): definition is Extract<Executable, { kind: K }> => definition.kind === kind);
  const fragments = ofKind(Kind.FRAGMENT_DEFINITION);
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment])); // the last of a name, as execution has it
  const weighing: Weighing = { schema, byName, weighed: new Map(), visitedNodes: 0 };
  const weighAll = (definitions: readonly Executable[]): Weight[] => definitions.map((each) => weigh(weighing, each));
  const weights = { operations: weighAll(ofKind(Kind.OPERATION_DEFINITION)), fragments: weighAll(fragments) };
  return { ...weights, visitedNodes: weighing.visitedNodes };
}

/** What is known while a document is weighed. */
interface Weighing {
  readonly schema: GraphQLSchema;
  readonly byName: ReadonlyMap<string, FragmentDefinitionNode>;
  /** `open`: it is being weighed, so whoever comes to it again is inside it. */
  readonly weighed: Map<Executable, Weight | 'open'>;
  visitedNodes: number;
}

function weigh(weighing: Weighing, definition: Executable): Weight {
  const { weighed, schema } = weighing;
  const known = weighed.get(definition);
  if (known === 'open') throw new Failure('GRAPHQL_VALIDATION_FAILED', { issues: [cycle] });
  if (known !== undefined) return known;
  weighed.set(definition, 'open');
  const weight = nothing();
  addDirectives(weighing, weight, definition);
  for (const variable of definition.variableDefinitions ?? []) addDirectives(weighing, weight, variable);
  addSelections(weighing, weight, definition.selectionSet, typeOf(schema, definition));
  weighed.set(definition, weight);
  return weight;
}

const typeOf = (schema: GraphQLSchema, definition: Executable): Parent =>
  definition.kind === Kind.OPERATION_DEFINITION
    ? schema.getRootType(definition.operation)
    : schema.getType(definition.typeCondition.name.value);

function addSelections(weighing: Weighing, weight: Weight, { selections }: SelectionSetNode, parent: Parent): void {
  for (const selection of selections) {
    addDirectives(weighing, weight, selection);
    addSelection(weighing, weight, selection, parent);
  }
}

function addSelection(weighing: Weighing, weight: Weight, selection: SelectionNode, parent: Parent): void {
  const { schema, byName } = weighing;
  if (selection.kind === Kind.FIELD) addField(weighing, weight, selection, parent);
  else if (selection.kind === Kind.INLINE_FRAGMENT) {
    const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
    addSelections(weighing, weight, selection.selectionSet, type);
  } else {
    const fragment = byName.get(selection.name.value);
    if (fragment) addWeight(schema, weight, weigh(weighing, fragment)); // validation tells which one is missing
  }
}

function addField(weighing: Weighing, weight: Weight, field: FieldNode, parent: Parent): void {
  const { schema } = weighing;
  const name = field.name.value;
  const definition = fieldOf(parent, name);
  const inner = nothing();
  if (field.selectionSet) addSelections(weighing, inner, field.selectionSet, definition && getNamedType(definition.type));
  addWeight(schema, weight, asInner(inner, definition, parent));
  weight.rootFields += 1;
  if (field.alias) weight.aliases += 1;
  if (definition && parent === schema.getMutationType()) addMutation(schema, weight, name, (field.alias ?? field.name).value);
}

function addWeight(schema: GraphQLSchema, weight: Weight, other: Readonly<Weight>): void {
  weight.depth = Math.max(weight.depth, other.depth);
  weight.introspectionDepth = Math.max(weight.introspectionDepth, other.introspectionDepth);
  weight.repeated ??= other.repeated;
  for (const count of counts) weight[count] += other[count];
  for (const [name, answer] of other.mutations) addMutation(schema, weight, name, answer);
}

/** The names that a fragment can bring are those of the schema, so that joining two stays cheap. */
function addMutation(schema: GraphQLSchema, weight: Weight, name: string, answer: string): void {
  const first = weight.mutations.get(name) ?? answer;
  weight.mutations.set(name, first);
  if (first !== answer && fieldOf(schema.getMutationType(), name)?.extensions.repeatable !== true) weight.repeated ??= name;
}

function addDirectives(weighing: Weighing, weight: Weight, node: { readonly directives?: readonly DirectiveNode[] | undefined }): void {
  weight.directives += node.directives?.length ?? 0;
  weighing.visitedNodes += 1 + (node.directives?.length ?? 0);
}

const cycle = { path: 'query', message: 'must have no fragment that contains itself' };

const counts = ['fields', 'introspectionFields', 'cost', 'aliases', 'directives', 'rootFields'] as const;

const nothing = (): Weight => ({
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  introspectionFields: 0,
  cost: 0,
  aliases: 0,
  directives: 0,
  rootFields: 0,
  mutations: new Map(),
  repeated: null,
});

/** A field of `parent` together with what was selected in it. */
function asInner(inner: Weight, field: GraphQLField<unknown, unknown> | undefined, parent: Parent): Weight {
  const within = { ...inner, rootFields: 0, mutations: new Map() };
  if (parent && isIntrospectionType(parent))
    return { ...within, introspectionDepth: 1 + inner.introspectionDepth, introspectionFields: 1 + inner.introspectionFields };
  const factor = field && isListType(getNullableType(field.type)) ? assumedListSize : 1;
  return { ...within, depth: 1 + inner.depth, fields: 1 + inner.fields, cost: 1 + factor * inner.cost };
}

const metaFields: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map([
  ['__schema', SchemaMetaFieldDef],
  ['__type', TypeMetaFieldDef],
]);

const fieldOf = (parent: Parent, name: string): GraphQLField<unknown, unknown> | undefined =>
  metaFields.get(name) ?? (isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined);
