import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Access } from '../access/access';
import { Failure } from '../errors';
import type { OperationLimits } from '../graphql/graphql.settings';
import { createAdmission } from '../graphql/limits/operation.limits';
import { createFieldTable, type FieldTable, type Parent } from './field-rules';
import type { UpstreamPolicy } from './policy';

/** What an operation needs. */
export interface Requirements {
  readonly operation: OperationTypeNode;
  /** Each must be granted. Empty: nothing but `__typename` is asked for. */
  readonly needed: readonly Access[];
}

export interface UpstreamRules {
  /**
   * Every field counts that any reader of the document could come to: what @skip and @include leave out, and what a
   * fragment on another type selects.
   * @throws {Failure} BAD_REQUEST for what cannot be understood, FORBIDDEN for a field that no rule names, and the codes of the limits
   */
  readonly requirementsOf: (document: string, operationName: string | null) => Requirements;
}

/** Documents whose requirements are known, by their text: this many UTF-16 units of them. */
const rememberedUnits = 2_000_000;

export function createUpstreamRules(policy: UpstreamPolicy, defaults: OperationLimits): UpstreamRules {
  // Without a schema: what a field costs, and how often a mutation may stand, is the upstream service's own matter.
  const admission = createAdmission(new GraphQLSchema({}), { ...defaults, ...policy.limits });
  const table = createFieldTable(policy);
  const known = new LRUCache<string, Requirements>({
    maxSize: rememberedUnits,
    sizeCalculation: (_requirements, key) => key.length + 256,
  });
  return {
    requirementsOf: (document, operationName) => {
      const key = `${operationName === null ? '' : JSON.stringify(operationName)} ${document}`;
      const found = known.get(key);
      if (found) return found;
      admission.admit(document, {});
      const { operation, fragments } = chooseOperation(parseDocument(document), operationName);
      const requirements = {
        operation: operation.operation,
        needed: collectNeeds(operation.selectionSet, table.rootOf(operation.operation), fragments, table),
      };
      known.set(key, requirements);
      return requirements;
    },
  };
}

/** @throws {Failure} BAD_REQUEST */
export function parseDocument(text: string): DocumentNode {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    throw new Failure('BAD_REQUEST', {}, { cause: error });
  }
}

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export interface ChosenOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
}

/** The operation, of a document that no two readers would take different ones from. @throws {Failure} BAD_REQUEST */
export function chooseOperation({ definitions }: DocumentNode, operationName: string | null): ChosenOperation {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION && !fragments.has(definition.name.value))
      fragments.set(definition.name.value, definition);
    else throw new Failure('BAD_REQUEST');
  }
  const names = operations.map(({ name }) => name?.value ?? null);
  const areTold = operations.length === 1 || (new Set(names).size === names.length && !names.includes(null));
  const operation = operationName === null && operations.length === 1 ? operations[0] : operations[names.indexOf(operationName)];
  if (!areTold || operation === undefined) throw new Failure('BAD_REQUEST');
  return { operation, fragments };
}

/** What these selections of `parent` need, each once. @throws {Failure} as {@link FieldTable} */
export function collectNeeds(selectionSet: SelectionSetNode, parent: Parent, fragments: Fragments, table: FieldTable): Access[] {
  const needed = new Set<Access>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode, parent: Parent): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '__typename') continue; // tells the name of a type, and runs nothing
        const { rules, inner } = table.find(parent, selection.name.value);
        for (const access of rules) needed.add(access);
        if (selection.selectionSet && inner !== null) collect(selection.selectionSet, inner);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        collect(selection.selectionSet, condition === undefined ? parent : table.narrow(parent, condition));
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined) throw new Failure('BAD_REQUEST');
        if (spread.has(fragment.name.value)) continue; // what it selects from is its own type, so once is enough
        spread.add(fragment.name.value);
        collect(fragment.selectionSet, table.narrow(parent, fragment.typeCondition.name.value));
      }
    }
  };
  collect(selectionSet, parent);
  return [...needed];
}
