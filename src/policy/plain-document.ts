import { Failure } from '../errors';

/**
 * What lexers of other services end elsewhere than graphql-js does: a comment or a string that is over for one of them goes on for
 * the other, and a field in it is run without having been decided about. Measured in docs/decisions/025.
 */
const doubtful: readonly (readonly [RegExp, string])[] = [
  [/"""/, 'must have no block string, nor """ anywhere: services differ about where one ends'],
  [/\r(?!\n)/, 'must have no carriage return but before a line feed: services differ about whether it ends a comment'],
  [/(?![\t\n\r])\p{Cc}|[\u2028\u2029]/u, 'must have no control characters but tab and line ends: services differ about them'],
  [/\ufeff/, 'must have no byte order mark: services differ about whether it is white space'],
  [/\\u\{/, 'must have no escape of the form \\u{…}: services older than it read the string differently'],
  [/\p{Surrogate}/u, 'must be well-formed Unicode: services differ about half a character'],
];

/** Why services may read a document differently from us; empty where none does. What to write instead: a variable. */
export const doubtsOf = (document: string): string[] => doubtful.filter(([pattern]) => pattern.test(document)).map(([, rule]) => rule);

/** @throws {Failure} BAD_REQUEST with every reason, where two services could read different operations out of the document */
export function requirePlainDocument(document: string): void {
  const doubts = doubtsOf(document);
  if (doubts.length > 0) throw new Failure('BAD_REQUEST', { issues: doubts.map((message) => ({ path: 'query', message })) });
}
