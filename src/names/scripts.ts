/**
 * The scripts in everyday use (UAX #31 table 5). The others are left out: few type them, and some are taken for Latin capitals
 * throughout.
 */
const scripts = [
  ...['Arabic', 'Armenian', 'Bengali', 'Bopomofo', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek', 'Gujarati', 'Gurmukhi'],
  ...['Han', 'Hangul', 'Hebrew', 'Hiragana', 'Kannada', 'Katakana', 'Khmer', 'Lao', 'Latin', 'Malayalam', 'Myanmar', 'Oriya'],
  ...['Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
];

/** Those that are written together: Japanese, Chinese and Korean, with Latin among them. */
const together = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const patterns = [...scripts.map((script) => [script]), ...together].map((names) => {
  const letters = [...names, 'Common', 'Inherited'].map((name) => `\\p{Script_Extensions=${name}}`).join('');
  return new RegExp(`^[${letters}]*$`, 'u');
});

/** Whether one script is enough to write it, or what is written together: "highly restrictive" of UTS #39 §5.2. */
export const isOfOneScript = (text: string): boolean => patterns.some((pattern) => pattern.test(text));
