// The lists: one file a room, each mistake with its reason and the sentence that notices it. README.md says more.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const root = join(__dirname, '../..');

/** Every mutant, with its room. */
const mutants = readdirSync(__dirname)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((name) =>
    JSON.parse(readFileSync(join(__dirname, name), 'utf8')).map((mutant) => ({ room: basename(name, '.json'), ...mutant })),
  );

/** Those of the rooms or names that were asked for; all, where nothing was. @throws when nothing has that name */
function chosen(asked) {
  const unknown = asked.find((each) => !mutants.some(({ room, name }) => each === room || each === name));
  if (unknown !== undefined) throw new Error(`No room and no mutant is called ${unknown}.`);
  return asked.length === 0 ? mutants : mutants.filter(({ room, name }) => asked.includes(room) || asked.includes(name));
}

const read = (file, tree = root) => (existsSync(join(tree, file)) ? readFileSync(join(tree, file), 'utf8') : null);

/** The source of that tree with the mistake made, or null where its place does not occur exactly once: the source has changed. */
function withMistake({ file, find, replace }, tree = root) {
  const parts = read(file, tree)?.split(find) ?? [];
  return parts.length === 2 ? parts.join(replace) : null;
}

/** What is wrong with an entry of a list, in words, or null. */
function faultOf(mutant) {
  const { name, why, file, find, replace, noticedBy } = mutant;
  const texts = [name, why, file, find, noticedBy?.file, noticedBy?.title];
  if (!texts.every((text) => typeof text === 'string' && text !== '')) return 'a member is missing';
  if (typeof replace !== 'string' || replace === find) return 'it changes nothing';
  if (mutants.filter((other) => other.name === name).length > 1) return 'two have this name';
  if (withMistake(mutant) === null) return `${file} does not have ${JSON.stringify(find)} exactly once`;
  return read(noticedBy.file)?.includes(noticedBy.title) ? null : `${noticedBy.file} has no sentence ${JSON.stringify(noticedBy.title)}`;
}

/** Another one when the mistake, the file that it is made in or the test file is: until then an outcome is not asked for again. */
const digestOf = (mutant) =>
  createHash('sha256')
    .update(JSON.stringify([mutant, read(mutant.file), read(mutant.noticedBy.file)]))
    .digest('hex');

module.exports = { chosen, digestOf, faultOf, mutants, root, withMistake };
