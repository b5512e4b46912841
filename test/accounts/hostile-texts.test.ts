import { changePasswordInput, loginInput, registerInput, updateProfileInput } from '../../src/accounts/accounts.inputs';
import { parseInput } from '../../src/input';
import { printable, toUserAgent } from '../../src/requester';

/** As long as a body may be: what a pattern would have to go through again and again, and what grows when it is normalized. */
const length = 90_000;
const hostile: readonly (readonly [string, string])[] = [
  ['one letter', 'a'.repeat(length)],
  ['labels that never end', `a@${'a.'.repeat(length / 2)}`],
  ['hyphens in a label', `a@a${'-'.repeat(length)}`],
  ['many @', '@'.repeat(length)],
  ['spaces before a letter', `${' '.repeat(length)}a`],
  ['combining marks', `a${'\u0301'.repeat(length)}`],
  ['a character that NFKC makes eighteen of', '\ufdfa'.repeat(length)],
  ['subtags of a language', `en${'-a'.repeat(length / 2)}`],
  ['a URL of slashes', `https:${'/'.repeat(length)}`],
  ['control characters', '\u202e'.repeat(length)],
];

/** Processor time in ms, of all threads of this process: what others of it do meanwhile counts too. */
function workOf(run: () => void): number {
  const from = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}

function everyFieldRefuses(text: string): void {
  const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [name, text]));
  expect(() => parseInput(registerInput, fields('username', 'email', 'password', 'name'))).toThrow();
  expect(() => parseInput(loginInput, fields('username', 'password'))).toThrow();
  expect(() => parseInput(loginInput, fields('email', 'password'))).toThrow();
  expect(() => parseInput(changePasswordInput, fields('currentPassword', 'newPassword'))).toThrow();
  const profile = ['username', 'email', 'currentPassword', 'name', 'bio', 'pictureUrl', 'locale'];
  for (const name of profile) expect(() => parseInput(updateProfileInput, fields(name))).toThrow();
  expect(toUserAgent(text)?.length).toBeLessThanOrEqual(512);
  printable(text);
}

describe('a text as long as a body', () => {
  it.each(hostile)('of %s is refused by every field, for less work than a second', (_what, text) => {
    // A pattern that goes back and forth takes minutes, each time. The least of three has least of what was not ours.
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 3 && least >= 1_000; tries += 1)
      least = Math.min(
        least,
        workOf(() => everyFieldRefuses(text)),
      );
    expect(least).toBeLessThan(1_000);
  });
});
