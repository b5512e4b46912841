// The lists: one file a room, each mistake with its reason and the sentence that notices it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'test/mutants');

/** Every mutant, with its room: what the README calls a mistake. */
export const mutants = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).map((mutant) => ({ room: basename(name, '.json'), ...mutant })));

/** Those of the rooms or names that were asked for; all, where nothing was. @throws when nothing has that name */
export function chosen(asked) {
  const unknown = asked.find((each) => !mutants.some(({ room, name }) => each === room || each === name));
  if (unknown !== undefined) throw new Error(`No room and no mutant is called ${unknown}.`);
  return asked.length === 0 ? mutants : mutants.filter(({ room, name }) => asked.includes(room) || asked.includes(name));
}

/** The source with the mistake made, or null where the place does not occur exactly once: the source has changed. */
export function withMistake({ file, find, replace }) {
  const path = join(root, file);
  const parts = existsSync(path) ? readFileSync(path, 'utf8').split(find) : [];
  return parts.length === 2 ? parts.join(replace) : null;
}

/** What is wrong with an entry of a list, in words, or null. */
export function faultOf(mutant) {
  const { name, why, find, replace, noticedBy } = mutant;
  if (![name, why, find, noticedBy?.file, noticedBy?.title].every((text) => typeof text === 'string' && text !== '')) return 'a member is missing';
  if (typeof replace !== 'string' || replace === find) return 'it changes nothing';
  if (mutants.filter((other) => other.name === name).length > 1) return 'two have this name';
  if (withMistake(mutant) === null) return `${mutant.file} does not have ${JSON.stringify(find)} exactly once`;
  if (!existsSync(join(root, noticedBy.file))) return `there is no ${noticedBy.file}`;
  return readFileSync(join(root, noticedBy.file), 'utf8').includes(noticedBy.title)
    ? null
    : `${noticedBy.file} has no sentence ${JSON.stringify(noticedBy.title)}`;
}

/** Changes when the mistake, the file that it is made in, or the test file does: until then an outcome is not asked for again. */
export function digestOf(mutant) {
  const files = [mutant.file, mutant.noticedBy.file].map((file) => readFileSync(join(root, file), 'utf8'));
  return createHash('sha256')
    .update(JSON.stringify([mutant, ...files]))
    .digest('hex');
}
