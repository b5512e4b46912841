import { type DocumentNode, Kind, parse, print, stripIgnoredCharacters } from 'graphql';
import * as operations from '../../packages/client/src/operations';
import { printDocument } from '../../packages/client/src/print-document';

const documents = Object.entries(operations).filter((entry): entry is [string, never] => (entry[1] as DocumentNode).kind === Kind.DOCUMENT);

it.each(documents)('prints %s as graphql-js does', (_name, document) => {
  expect(stripIgnoredCharacters(printDocument(document))).toBe(stripIgnoredCharacters(print(document)));
});

it('prints every kind of value, type and selection', () => {
  const document = parse(`
    query Everything($a: [Int!]! = [1, 2], $b: In = {x: "\\"q\\" \\n \\u00e9 🦉", y: null} @d, $c: Boolean = true) @live {
      alias: field(a: $a, b: -1.5e3, c: ENUM, d: [], e: {}) @include(if: $c) { id }
      ... on Thing @skip(if: false) { id }
      ... { id }
      ...Part @d(x: "")
    }
    fragment Part on Thing @d { block(text: """ "block" \\ text """) }
    mutation { go }
    subscription S { tick }`);
  expect(parse(printDocument(document), { noLocation: true })).toEqual(withoutBlocks(parse(print(document), { noLocation: true })));
});

it('refuses what no request holds', () => {
  expect(() => printDocument(parse('type Query { me: Int }'))).toThrow('a request holds no ObjectTypeDefinition');
});

/** Whether a text was written as a block is not part of its value. */
const withoutBlocks = (document: DocumentNode): unknown =>
  JSON.parse(JSON.stringify(document), (key, value: unknown) => (key === 'block' ? false : value));
