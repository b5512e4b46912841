import { z } from 'zod';
import type { AnyOperation } from '../operations/operation';
import { definitionOf, unwrap } from '../operations/schemas';
import { typeOf } from './types';

/** An object with more members than this is selected by a fragment of its own. */
const mostInline = 2;

/**
 * The documents that the typed client sends: one for each operation, with every field that the operation's output has. A field that
 * leads on to other objects, such as `User.sessions`, is left to whoever writes documents.
 */
export function clientDocuments(operations: readonly AnyOperation[]): string {
  const fragments = new Map<string, string>();
  const documents = operations.map((operation) => documentOf(operation, fragments));
  return `${[...fragments.values(), ...documents].join('\n\n')}\n`;
}

function documentOf({ name, kind, input, inputIs, output }: AnyOperation, fragments: Map<string, string>): string {
  const variables = variablesOf(input, inputIs);
  const declared = variables.map(([variable, type]) => `$${variable}: ${type}`).join(', ');
  const given = variables.map(([variable]) => `${variable}: $${variable}`).join(', ');
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const selection = indent(selectionOf(output, fragments));
  return `${kind} ${title}${inParentheses(declared)} {\n  ${name}${inParentheses(given)}${selection}\n}`;
}

const inParentheses = (inside: string): string => (inside === '' ? '' : `(${inside})`);
const indent = (text: string): string => text.replaceAll('\n', '\n  ');

function variablesOf(input: z.ZodType | undefined, inputIs: AnyOperation['inputIs']): [string, string][] {
  if (input === undefined) return [];
  if (inputIs !== 'arguments') return [['input', `${nameOfType(input)}${inputIs === 'optional' ? '' : '!'}`]];
  const shape = (input as z.ZodObject).shape;
  return Object.entries(shape).map(([name, member]) => {
    const { nullable } = typeOf(member as z.ZodType, 'input');
    return [name, `${nameOfType(member as z.ZodType)}${nullable ? '' : '!'}`];
  });
}

function nameOfType(schema: z.ZodType): string {
  const type = typeOf(schema, 'input').type() as { readonly name: string };
  return type.name;
}

/** ` { … }`, or nothing for a leaf. */
function selectionOf(wrapped: z.ZodType, fragments: Map<string, string>): string {
  const { schema, graphql } = unwrap(wrapped, 'output');
  if (graphql?.scalar !== undefined) return '';
  const { element } = definitionOf(schema);
  if (element !== undefined) return selectionOf(element, fragments);
  if (!(schema instanceof z.ZodObject)) return '';
  const members = Object.entries(schema.shape).map(([name, member]) => `${name}${indent(selectionOf(member as z.ZodType, fragments))}`);
  if (members.length <= mostInline) return ` {\n  ${members.join('\n  ')}\n}`;
  const type = (typeOf(schema, 'output').type() as { readonly name: string }).name;
  const fragment = `${type.replace(/Payload$/, '')}Fields`;
  if (!fragments.has(fragment)) fragments.set(fragment, `fragment ${fragment} on ${type} {\n  ${members.join('\n  ')}\n}`);
  return ` {\n  ...${fragment}\n}`;
}
