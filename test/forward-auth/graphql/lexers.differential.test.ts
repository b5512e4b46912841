import fc from 'fast-check';
import { doubtsOf } from '../../../src/policy/plain-document';
import { graphqlJs, graphqlRuby, graphqlWeb, hasGraphQLRuby, type ReadDocuments } from '../../support/lexers';
import { describeWhere } from '../../support/where';

/** Where a lexer that is over too early, or too late, comes to a field that graphql-js sees in no selection. */
const exits = [' ]) secret ', ') secret ', ' ]) secret(b: [', ' ]) secret #', ' ]) } fragment G on T { secret #', ' secret ', ' '];
const characters = ['x', 'é', '🙂', '\t', '\ufeff', '\u2028', '\x85', '\0', '\x1c', '\x7f', '\u00a0', '#', "'", '`', ',', '/*', '*/', '${'];
const inString = [
  ...['\\"', '\\"', '\\\\', '\\\\', '\\/', '\\n', '\\u0022', '\\u{22}', '\\u005c', '\\u000a', '\\ud83d\\ude00'],
  ...characters,
  ...exits,
];
const inBlock = [...inString, '"', '""', '\\"""', '\\"""', '\\', '\n', '\r', '\r\n', '\\\\"""'];
const inComment = ['"', '"""', '\\', '\r', '\v', '\f', '\b', '\x1a', '{', '}', '\\n', ...characters, ...exits];

const some = (pieces: readonly string[], most: number) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: most }).map((chosen) => chosen.join(''));
const comment = fc.tuple(some(inComment, 8), fc.constantFrom('\n', '\r\n', '\r')).map(([text, end]) => `#${text}${end}`);
const token = fc.oneof(
  { weight: 4, arbitrary: some(inString, 6).map((text) => `"${text}"`) },
  { weight: 4, arbitrary: some(inBlock, 6).map((text) => `"""${text}"""`) },
  { weight: 2, arbitrary: comment },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1', '-1', '1.5e3', '$x', 'null', 'E', ',', '\ufeff', ' ', '\t', '[]', '{a: 1}', '{a: "x"}', '""'),
  },
);
const ends = ['ok }', '...F } fragment F on T { ok }', 'ok } #"""', 'ok } #" ]) }', 'ok } #"]) secret }'];
/** Documents with a list of literals and comments, in which somebody may try to hide what another lexer sees. */
const document = fc
  .tuple(
    fc.constantFrom('{ ok(a: [', 'query Q($x: Int) { ok(a: ['),
    fc.array(fc.tuple(token, fc.constantFrom('', '', ' ', ',', '\n')), { minLength: 1, maxLength: 4 }),
    fc.oneof(fc.constant(''), comment),
    fc.constantFrom(...ends),
  )
  .map(([start, tokens, after, end]) => `${start}${tokens.flat().join('')}]) ${after}${end}`);

/** The same documents in every run. Those that graphql-js reads. */
const documents = fc.sample(document, { numRuns: 18_000, seed: 20_251 }).filter((text) => graphqlJs([text])[0] !== null);
const [plain, doubted] = [documents.filter((text) => doubtsOf(text).length === 0), documents.filter((text) => doubtsOf(text).length > 0)];

/** The documents out of which another reader takes other fields. What it cannot read it refuses, and nothing is run. */
function differing(read: ReadDocuments, texts: readonly string[]): string[] {
  const [ours, theirs] = [graphqlJs(texts), read(texts)];
  return texts.filter((_text, at) => theirs[at] !== null && theirs[at] !== ours[at]);
}

const readers = [
  { name: 'graphql.web', read: graphqlWeb, able: true, lacking: '' },
  {
    name: 'graphql-ruby',
    read: graphqlRuby,
    able: hasGraphQLRuby,
    lacking: 'no graphql-ruby here; Debian: apt-get install ruby ruby-graphql',
  },
];

for (const { name, read, able, lacking } of readers)
  describeWhere(able, lacking)(`beside ${name}`, () => {
    it('no document that is decided about has another operation in it', () => {
      expect(plain.length).toBeGreaterThan(500);
      expect(differing(read, plain)).toEqual([]);
      expect(read(plain).filter((outline) => outline !== null).length).toBeGreaterThan(plain.length / 2);
    });

    it('some document that is refused has', () => {
      expect(differing(read, doubted).length).toBeGreaterThan(0); // or the test could notice nothing
    });
  });
