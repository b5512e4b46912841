import { Kind, type OperationDefinitionNode } from 'graphql';
import { Failure } from '../../errors';
import { createFieldTable } from '../../policy/field-rules';
import { type ChosenOperation, collectNeeds } from '../../policy/operation-rules';
import { doubtsOf, requirePlainDocument } from '../../policy/plain-document';
import type { UpstreamPolicy } from '../../policy/policy';
import type { Owner, Part, Plan } from './plan';
import { flattenRoot, keyOf, printPart, printReached, type RootField } from './root-fields';
import type { Roots } from './roots';

type Cut = Pick<Plan, 'parts' | 'keys' | 'own'>;

/** Cuts an operation, of which the limits have been asked, into what each owner is asked. */
export interface Cutter {
  /** All of it is the service's. */
  readonly whole: (document: string, isOnly: boolean, chosen: ChosenOperation) => Cut;
  readonly mixed: (chosen: ChosenOperation) => Cut;
}

export function createCutter(policy: UpstreamPolicy, roots: Roots): Cutter {
  const table = createFieldTable(policy);
  const flatten = (chosen: ChosenOperation): RootField[] =>
    flattenRoot(chosen, (condition) => policy.schema === null || roots.isRoot(chosen.operation.operation, condition));

  const needsOf = ({ operation, fragments }: ChosenOperation, fields: readonly RootField[]) =>
    collectNeeds(
      { kind: Kind.SELECTION_SET, selections: fields.map(({ field }) => field) },
      table.rootOf(operation.operation),
      fragments,
      table,
    );

  const toPart = (chosen: ChosenOperation, { owner, fields }: Group): Part => {
    const { operation, fragments } = chosen;
    const isUpstream = owner === 'upstream';
    const printed = printPart(isUpstream ? operation : { ...operation, directives: [] }, fields, fragments, !isUpstream);
    const text = isUpstream ? requirePlain(printed.text) : printed.text;
    const described = fields.map(({ field }) => roots.describe(operation.operation, owner, keyOf(field), field.name.value));
    const needed = isUpstream ? needsOf(chosen, fields) : [];
    return { owner, text, json: JSON.stringify(text), variables: printed.variables, needed, fields: described };
  };

  return {
    whole: (document, isOnly, chosen) => {
      const { operation, fragments } = chosen;
      const needed = collectNeeds(operation.selectionSet, table.rootOf(operation.operation), fragments, table);
      const asItCame = isOnly && doubtsOf(document).length === 0;
      // The client's own text, because the places in the service's errors are of it.
      const text = asItCame ? document : requirePlain(printReached(operation, fragments).text);
      const variables = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      const fields = flatten(chosen).map(({ field }) => roots.describe(operation.operation, 'upstream', keyOf(field), field.name.value));
      const part: Part = { owner: 'upstream', text, json: JSON.stringify(text), variables, needed, fields };
      return { parts: [part], own: null, keys: uniqueKeys(fields) };
    },
    mixed: (chosen) => {
      const { operation } = chosen;
      const fields = flatten(chosen);
      const owned = fields.map((field) => ({ field, owner: roots.ownerOf(operation.operation, field.field.name.value) }));
      requireOneOwnerEach(owned);
      const groups = grouped(owned, operation);
      const parts = groups.map((group) => toPart(chosen, group));
      const ours = groups.filter(({ owner }) => owner === 'own').flatMap((group) => group.fields);
      const own = ours.length === 0 ? null : toPart(chosen, { owner: 'own', fields: ours });
      return { parts, own, keys: uniqueKeys(fields.map(({ field }) => ({ key: keyOf(field) }))) };
    },
  };
}

const uniqueKeys = (fields: readonly { readonly key: string }[]): string[] => [...new Set(fields.map(({ key }) => key))];

interface Owned {
  readonly field: RootField;
  readonly owner: Owner | null;
}

interface Group {
  readonly owner: Owner;
  readonly fields: RootField[];
}

/** A query's fields by owner; a mutation's in the order of the document, neighbours of one owner together. `__typename` goes with what is beside it. */
function grouped(owned: readonly Owned[], { operation }: OperationDefinitionNode): Group[] {
  const groups: Group[] = [];
  let waiting: RootField[] = [];
  for (const { field, owner } of owned) {
    const last = groups.at(-1);
    if (owner === null) {
      (last?.fields ?? waiting).push(field);
      continue;
    }
    const found = operation === 'mutation' ? (last?.owner === owner ? last : undefined) : groups.find((group) => group.owner === owner);
    if (found) found.fields.push(field);
    else groups.push({ owner, fields: [...waiting, field] });
    waiting = [];
  }
  return groups;
}

/** One name in the answer for fields of two owners is a conflict that neither of them sees. @throws {Failure} BAD_REQUEST */
function requireOneOwnerEach(owned: readonly Owned[]): void {
  const owners = new Map<string, Owner>();
  for (const { field, owner } of owned) {
    const key = keyOf(field.field);
    const before = owners.get(key);
    if (owner !== null && before !== undefined && before !== owner)
      throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: `has two fields that are both called ${key.slice(0, 64)}` }] });
    if (owner !== null) owners.set(key, owner);
  }
}

/** What is printed has no comment and no block string; what is left in its strings is refused. @throws {Failure} BAD_REQUEST */
function requirePlain(text: string): string {
  requirePlainDocument(text);
  return text;
}
