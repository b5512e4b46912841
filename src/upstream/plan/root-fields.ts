import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type StringValueNode,
  visit,
} from 'graphql';
import { Failure } from '../../errors';
import type { ChosenOperation, Fragments } from '../../policy/operation-rules';

/** A field at the root of an operation, with the directives of the fragments around it, from the outermost inwards. */
export interface RootField {
  readonly field: FieldNode;
  readonly around: readonly (readonly DirectiveNode[])[];
}

export const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** The names of the fields at the root, whatever fragments they stand in. Each fragment is looked at once, so the work is the document's length. */
export function rootNames({ operation, fragments }: ChosenOperation): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return names;
}

/**
 * The fields at the root in the order of the document, taken out of their fragments. The limits have been asked before: they bound how
 * many there are, and refuse a fragment that contains itself.
 * @param isRoot whether a fragment on this type selects from the root
 * @throws {Failure} BAD_REQUEST
 */
export function flattenRoot({ operation, fragments }: ChosenOperation, isRoot: (condition: string) => boolean): RootField[] {
  const flat: RootField[] = [];
  const flatten = ({ selections }: SelectionSetNode, around: RootField['around']): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) flat.push({ field: selection, around });
      else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT
            ? selection
            : (fragments.get(selection.name.value) ?? refuse('names a fragment that is not there'));
        if (fragment.typeCondition && !isRoot(fragment.typeCondition.name.value))
          refuse('has a fragment at the root that is on another type');
        const directives = selection.directives ?? [];
        flatten(fragment.selectionSet, directives.length === 0 ? around : [...around, directives]);
      }
    }
  };
  flatten(operation.selectionSet, []);
  return flat;
}

function refuse(message: string): never {
  throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message }] });
}

/** An operation of these root fields alone, with the fragments and the variables that they reach. */
export interface PrintedOperation {
  readonly text: string;
  readonly variables: readonly string[];
}

/** Fragments at the root become fields or fragments without a type, so that no part names a root type. */
export function printPart(
  operation: OperationDefinitionNode,
  fields: readonly RootField[],
  fragments: Fragments,
  inOne = false,
): PrintedOperation {
  const selections = fields.map(({ field, around }) =>
    around.reduceRight<SelectionNode>(
      (inner, directives) => ({ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] } }),
      field,
    ),
  );
  return printReached({ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } }, fragments, inOne);
}

/** The operation with what it reaches, and nothing else. `inOne`: of what is answered here no part comes later. */
export function printReached(whole: OperationDefinitionNode, fragments: Fragments, inOne = false): PrintedOperation {
  const operation = inOne ? visit(whole, withoutDelay) : whole;
  const reached = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.VARIABLE]: ({ name }) => void variables.add(name.value),
      [Kind.FRAGMENT_SPREAD]: ({ name }) => {
        const found = fragments.get(name.value);
        if (found === undefined || reached.has(name.value)) return;
        const fragment = inOne ? visit(found, withoutDelay) : found;
        reached.set(name.value, fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) => variables.has(variable.name.value));
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions }, ...reached.values()] };
  return {
    text: print(visit(document, withoutBlocks)),
    variables: variableDefinitions.map(({ variable }) => variable.name.value),
  };
}

const isDelay = ({ name }: DirectiveNode): boolean => name.value === 'defer' || name.value === 'stream';

const withoutDelay = { [Kind.DIRECTIVE]: (node: DirectiveNode) => (isDelay(node) ? null : undefined) };

/** Whether a part of it may come later. */
export function hasDelay({ operation, fragments }: ChosenOperation): boolean {
  let isFound = false;
  const note = (node: DirectiveNode): void => {
    isFound ||= isDelay(node);
  };
  for (const node of [operation, ...fragments.values()]) visit(node, { [Kind.DIRECTIVE]: note });
  return isFound;
}

/** Services differ about where a block string ends. */
const withoutBlocks = {
  [Kind.STRING]: (node: StringValueNode) => (node.block === true ? { ...node, block: false } : undefined),
};
