import { spawnSync } from 'node:child_process';
import { parse as parseByGraphQLWeb } from '@0no-co/graphql.web';
import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql';

/** What a reader of GraphQL takes each text for: its operations and fields, in one line of names. Null: it is no document. */
export type ReadDocuments = (texts: readonly string[]) => readonly (string | null)[];

/** graphql-js, by which the gateway decides. */
export const graphqlJs: ReadDocuments = (texts) => texts.map(outlineBy((text) => parse(text, { noLocation: true })));

/** A parser of its own, in JavaScript: that of urql. */
export const graphqlWeb: ReadDocuments = (texts) => texts.map(outlineBy((text) => parseByGraphQLWeb(text) as DocumentNode));

/** A lexer made by Ragel, and the parser of many services (GitHub's and Shopify's among them). */
export const graphqlRuby: ReadDocuments = (texts) => {
  const { stdout, stderr } = spawnSync('ruby', ['test/fixtures/graphql-ruby-trees.rb'], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(`Ruby said nothing: ${stderr}`);
  return JSON.parse(stdout);
};

export const hasGraphQLRuby = spawnSync('ruby', ['-e', "require 'graphql'"], { stdio: 'ignore' }).status === 0;

const outlineBy =
  (parseText: (text: string) => DocumentNode) =>
  (text: string): string | null => {
    try {
      return outline(parseText(text));
    } catch {
      return null;
    }
  };

const outline = ({ definitions }: DocumentNode): string =>
  definitions
    .map((definition) => {
      if (definition.kind === Kind.OPERATION_DEFINITION)
        return `${definition.operation} ${definition.name?.value ?? ''} ${braces(definition.selectionSet)}`;
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) return 'other';
      return `fragment ${definition.name.value} on ${definition.typeCondition.name.value} ${braces(definition.selectionSet)}`;
    })
    .join('');

const braces = (set: SelectionSetNode | undefined): string => (set === undefined ? '' : `{ ${set.selections.map(selectionOf).join('')}} `);

function selectionOf(selection: SelectionSetNode['selections'][number]): string {
  if (selection.kind === Kind.FIELD)
    return `${(selection.alias ?? selection.name).value}: ${selection.name.value} ${braces(selection.selectionSet)}`;
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value} `;
  return `... on ${selection.typeCondition?.name.value ?? ''} ${braces(selection.selectionSet)}`;
}
