import type { Say, TextKey } from './say';

/** What rules say, and the text for a reader of it; a number in the rule is `{n}`. */
const known: readonly (readonly [RegExp, TextKey])[] = [
  [/^(is required|must not be empty|exactly one )/, 'issue.required'],
  [/^must have at least (\d+) characters$/, 'issue.tooShort'],
  [/^must have at most (\d+) characters$/, 'issue.tooLong'],
  [/^must not be your own name or address$/, 'issue.own'],
  [/^is one of the most commonly used passwords$/, 'issue.common'],
  [/^appears in a known breach$/, 'issue.breached'],
  [/^must not be the current password$/, 'issue.current'],
  [/^must begin with a letter or digit/, 'issue.username'],
  [/^must not contain invisible characters$/, 'issue.invisible'],
  [/^must not mix letters/, 'issue.scripts'],
  [/^must be an e-mail address$/, 'issue.email'],
  [/^must not contain characters that change the direction/, 'issue.direction'],
  [/^must show something$/, 'issue.show'],
  [/^must be a whole http or https URL/, 'issue.url'],
  [/^must be a language tag/, 'issue.locale'],
  [/^must be another address/, 'issue.sameAddress'],
  [/^is here already$/, 'passkey.known'],
  [/^is one too many/, 'issue.tooManyPasskeys'],
  [/^(was refused|is too old): /, 'issue.passkey'],
];

/** A broken rule in the reader's language. What no text is written for is said in general. */
export function sayIssue(say: Say, message: string): string {
  for (const [rule, key] of known) {
    const found = rule.exec(message);
    if (found !== null) return say(key, { n: found[1] ?? '' });
  }
  return say('issue.other');
}
