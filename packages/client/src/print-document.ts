import type { ArgumentNode, DefinitionNode, DirectiveNode, DocumentNode, SelectionSetNode, TypeNode, ValueNode } from 'graphql';

/**
 * The text of a document with operations and fragments. `print` of graphql-js does the same for every document there
 * is; this spares a page that has no other use for it 40 kB.
 */
export const printDocument = ({ definitions }: DocumentNode): string => definitions.map(printDefinition).join('\n');

function printDefinition(definition: DefinitionNode): string {
  if (definition.kind === 'FragmentDefinition')
    return `fragment ${definition.name.value} on ${definition.typeCondition.name.value}${directives(definition.directives)}${selections(definition.selectionSet)}`;
  if (definition.kind !== 'OperationDefinition') throw new TypeError(`a request holds no ${definition.kind}`);
  const variables = (definition.variableDefinitions ?? []).map(
    ({ variable, type, defaultValue, directives: own }) =>
      `$${variable.name.value}: ${printType(type)}${defaultValue ? ` = ${printValue(defaultValue)}` : ''}${directives(own)}`,
  );
  const name = definition.name ? ` ${definition.name.value}` : '';
  return `${definition.operation}${name}${parenthesised(variables)}${directives(definition.directives)}${selections(definition.selectionSet)}`;
}

const selections = (set: SelectionSetNode | undefined): string =>
  set === undefined
    ? ''
    : ` { ${set.selections
        .map((selection) => {
          if (selection.kind === 'FragmentSpread') return `...${selection.name.value}${directives(selection.directives)}`;
          if (selection.kind === 'InlineFragment')
            return `...${selection.typeCondition ? ` on ${selection.typeCondition.name.value}` : ''}${directives(selection.directives)}${selections(selection.selectionSet)}`;
          const alias = selection.alias ? `${selection.alias.value}: ` : '';
          return `${alias}${selection.name.value}${args(selection.arguments)}${directives(selection.directives)}${selections(selection.selectionSet)}`;
        })
        .join(' ')} }`;

const directives = (list: readonly DirectiveNode[] | undefined): string =>
  (list ?? []).map((directive) => ` @${directive.name.value}${args(directive.arguments)}`).join('');

const args = (list: readonly ArgumentNode[] | undefined): string =>
  parenthesised((list ?? []).map(({ name, value }) => `${name.value}: ${printValue(value)}`));

const parenthesised = (parts: readonly string[]): string => (parts.length > 0 ? `(${parts.join(', ')})` : '');

function printType(type: TypeNode): string {
  if (type.kind === 'NonNullType') return `${printType(type.type)}!`;
  return type.kind === 'ListType' ? `[${printType(type.type)}]` : type.name.value;
}

function printValue(value: ValueNode): string {
  switch (value.kind) {
    case 'Variable':
      return `$${value.name.value}`;
    case 'NullValue':
      return 'null';
    case 'StringValue':
      return JSON.stringify(value.value); // GraphQL's string escapes are JSON's
    case 'ListValue':
      return `[${value.values.map(printValue).join(', ')}]`;
    case 'ObjectValue':
      return `{${value.fields.map((field) => `${field.name.value}: ${printValue(field.value)}`).join(', ')}}`;
    default:
      return String(value.value);
  }
}
