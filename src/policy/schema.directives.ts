import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { type Access, accessInput } from '../access/access';
import { isPermission, permissionRule } from '../roles/permissions';

/**
 * Rules that stand in the service's own SDL, known by their names alone: the directives of Apollo's routers, and ours. A router
 * reads them from a supergraph; here they mean the same without one.
 */
type Rules = Map<string, readonly Access[]>;

type WithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeExtensionNode;

const hasFields = (node: DefinitionNode): node is WithFields =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION ||
  node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
  node.kind === Kind.OBJECT_TYPE_EXTENSION ||
  node.kind === Kind.INTERFACE_TYPE_EXTENSION;

const directiveNames = ['authenticated', 'requiresScopes', 'policy', 'gatehouse__requires'];

/** In a federated SDL `@requires` is Federation's, and says what a field is made of. */
const isFederated = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (node) =>
      (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) &&
      (node.directives ?? []).some((directive) => {
        const url = argument(directive, 'url');
        return directive.name.value === 'link' && url?.kind === Kind.STRING && url.value.includes('specs.apollo.dev/federation');
      }),
  );

interface Reading {
  readonly policies: Readonly<Record<string, Access>>;
  readonly names: ReadonlySet<string>;
  readonly fault: (where: string, what: string) => void;
}

/** By `Type.field`. What cannot be read is a fault: it would leave open what its author has closed. */
export function rulesOfDirectives(
  document: DocumentNode,
  policies: Readonly<Record<string, Access>>,
  at: string,
  faults: string[],
): ReadonlyMap<string, readonly Access[]> {
  const rules: Rules = new Map();
  const reading: Reading = {
    policies,
    names: new Set([...directiveNames, ...(isFederated(document) ? [] : ['requires'])]),
    fault: (where, what) => void faults.push(`${at} ${where}: ${what}`),
  };
  const ofTypes = new Map<string, Access[]>();
  for (const definition of document.definitions) {
    if (!hasFields(definition)) {
      refuseElsewhere(definition, reading);
      continue;
    }
    const name = definition.name.value;
    ofTypes.set(name, [...(ofTypes.get(name) ?? []), ...accessOf(definition.directives, name, reading)]);
  }
  for (const { name: type, fields } of document.definitions.filter(hasFields))
    for (const field of fields ?? []) {
      const name = `${type.value}.${field.name.value}`;
      const needed = [...(ofTypes.get(type.value) ?? []), ...accessOf(field.directives, name, reading)];
      if (needed.length > 0) rules.set(name, [...new Set(needed)]);
    }
  return rules;
}

/** On an enum, a scalar or a union they would have to be asked for each field that gives one: say it at those. */
function refuseElsewhere(definition: DefinitionNode, { names, fault }: Reading): void {
  if (!('directives' in definition) || !('name' in definition)) return;
  for (const { name } of definition.directives ?? [])
    if (names.has(name.value))
      fault(definition.name?.value ?? '', `@${name.value} is read at fields, objects and interfaces alone; put it at the fields`);
}

function accessOf(directives: readonly ConstDirectiveNode[] | undefined, where: string, reading: Reading): Access[] {
  return (directives ?? [])
    .filter(({ name }) => reading.names.has(name.value))
    .flatMap((directive) => readDirective(directive, where, reading));
}

function readDirective(directive: ConstDirectiveNode, where: string, reading: Reading): Access[] {
  const name = directive.name.value;
  if (name === 'authenticated') return ['authenticated'];
  if (name === 'requiresScopes') return readScopes(directive, where, reading);
  if (name === 'requires' || name === 'gatehouse__requires') return readPermission(directive, where, reading);
  return readPolicies(directive, where, reading);
}

function readScopes(directive: ConstDirectiveNode, where: string, { fault }: Reading): Access[] {
  const scopes = listOfLists(argument(directive, 'scopes'));
  if (scopes !== null && accessInput.safeParse({ scopes }).success) return [{ scopes }];
  fault(where, '@requiresScopes needs scopes: a list of lists of scopes');
  return [];
}

function readPermission(directive: ConstDirectiveNode, where: string, { fault }: Reading): Access[] {
  const permission = argument(directive, 'permission');
  if (permission?.kind === Kind.STRING && isPermission(permission.value)) return [{ permissions: [permission.value] }];
  fault(where, `@${directive.name.value} needs permission: ${permissionRule}`);
  return [];
}

/** `@policy(policies: [["a", "b"], ["c"]])`: a and b, or c. More than one way cannot be said by access that is needed as a whole. */
function readPolicies(directive: ConstDirectiveNode, where: string, { policies, fault }: Reading): Access[] {
  const ways = listOfLists(argument(directive, 'policies'));
  if (ways === null) {
    fault(where, '@policy needs policies: a list of lists of names');
    return [];
  }
  const unknown = [...new Set(ways.flat())].filter((name) => !Object.hasOwn(policies, name));
  for (const name of unknown) fault(where, `@policy names ${name}, which "policies" of the file does not have`);
  if (unknown.length > 0) return [];
  if (ways.length === 1) return (ways[0] ?? []).map((name) => policies[name] as Access);
  fault(where, '@policy with more than one way is not known here: make one name of it in "policies"');
  return [];
}

const argument = ({ arguments: given }: DirectiveNode, name: string): ValueNode | undefined =>
  given?.find((each) => each.name.value === name)?.value;

/** `[["a", "b"], ["c"]]`, with at least one in each. */
export function listOfLists(node: ValueNode | undefined): string[][] | null {
  const value: unknown = node === undefined ? null : valueFromASTUntyped(node);
  const isNames = (each: unknown): each is string[] =>
    Array.isArray(each) && each.length > 0 && each.every((name) => typeof name === 'string' && name !== '');
  return Array.isArray(value) && value.length > 0 && value.every(isNames) ? value : null;
}

/** Without what has a `@tag(name:)` of these, types with what they leave empty included. */
export function withoutHidden(document: DocumentNode, hidden: ReadonlySet<string>): DocumentNode {
  if (hidden.size === 0) return document;
  const isHidden = ({ directives }: { readonly directives?: readonly DirectiveNode[] | undefined }): boolean =>
    (directives ?? []).some((directive) => {
      const name = argument(directive, 'name');
      return directive.name.value === 'tag' && name?.kind === Kind.STRING && hidden.has(name.value);
    });
  const hiddenTypes = new Set(
    document.definitions
      .filter((node) => 'directives' in node && 'name' in node && isHidden(node))
      .map((node) => ('name' in node ? node.name?.value : '')),
  );
  const givesHidden = ({ type }: FieldDefinitionNode): boolean => {
    let inner = type;
    while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
    return hiddenTypes.has(inner.name.value);
  };
  const definitions = document.definitions
    .filter((node) => !('name' in node) || !hiddenTypes.has(node.name?.value))
    .map((node) =>
      hasFields(node) ? { ...node, fields: (node.fields ?? []).filter((field) => !isHidden(field) && !givesHidden(field)) } : node,
    );
  return { ...document, definitions: definitions as DefinitionNode[] };
}
