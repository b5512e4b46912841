// `npm run mutants`: makes each mistake of the lists, one at a time, in a copy of the tree, and says whether its sentence notices.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, digestOf, faultOf, root } from '../test/mutants/lists.cjs';
import { copyTree, makeMistake } from './mutants.copy.mjs';
import { openStage, patternOf, tell } from './mutants.sentences.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { again: { type: 'boolean', default: false } } });
const timeoutMs = 120_000;
const notes = join(root, 'node_modules/.cache/gatehouse-mutants');
const noteOf = new Map();
const told = { noticed: [], 'not noticed': [], 'not applicable': [] };

process.exitCode = await main();

async function main() {
  const asked = chosen(positionals);
  const open = asked.filter((mutant) => !isTold(mutant));
  if (open.length > 0) await askAll(open);
  console.log(
    `${Object.entries(told)
      .map(([outcome, { length }]) => `${length} ${outcome}`)
      .join(', ')}, of ${asked.length}`,
  );
  return told.noticed.length === asked.length ? 0 : 1;
}

/** Told by an earlier run, since when nothing of it has changed; or it cannot be asked. */
function isTold(mutant) {
  const fault = faultOf(mutant);
  if (fault !== null) return say(mutant, 'not applicable', fault);
  const note = join(notes, digestOf(mutant));
  noteOf.set(mutant, note); // of now: the working tree may change while this runs
  if (values.again || !existsSync(note)) return false;
  return say(mutant, ...JSON.parse(readFileSync(note, 'utf8')));
}

async function askAll(open) {
  const copy = copyTree();
  process.once('exit', copy.remove);
  const closeStage = await openStage(copy.folder);
  const stopped = () => closeStage().finally(() => process.exit(130));
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  try {
    for (const [file, mutants] of grouped(open)) await askOne(copy.folder, file, mutants);
  } finally {
    await closeStage();
  }
}

/** A sentence that fails without a mistake would notice everything: asked first, all of one test file at once. */
async function askOne(folder, file, mutants) {
  const titles = [...new Set(mutants.map(({ noticedBy }) => noticedBy.title))];
  const sound = (await tell(folder, file, titles, timeoutMs * 2)) ?? [];
  for (const mutant of mutants) {
    const { title } = mutant.noticedBy;
    const own = sound.filter(({ sentence }) => patternOf(title).test(sentence));
    if (own.length === 0 || own.some(({ failed }) => failed))
      say(mutant, 'not applicable', `without the mistake it does not pass: ${title}`);
    else await make(folder, mutant);
  }
}

async function make(folder, mutant) {
  const begun = performance.now();
  let takeBack = () => {};
  try {
    takeBack = makeMistake(folder, mutant);
  } catch ({ message }) {
    return say(mutant, 'not applicable', message);
  }
  const sentences = await tell(folder, mutant.noticedBy.file, [mutant.noticedBy.title], timeoutMs);
  takeBack();
  const seconds = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  const outcome =
    sentences === null
      ? ['not noticed', `no answer, ${seconds}`]
      : [sentences.some(({ failed }) => failed) ? 'noticed' : 'not noticed', seconds];
  mkdirSync(notes, { recursive: true });
  writeFileSync(noteOf.get(mutant), JSON.stringify(outcome));
  return say(mutant, ...outcome);
}

/** By test file, in the order of the lists. */
function grouped(open) {
  const files = new Map();
  for (const mutant of open) {
    const { file } = mutant.noticedBy;
    files.set(file, [...(files.get(file) ?? []), mutant]);
  }
  return files;
}

function say(mutant, outcome, detail) {
  told[outcome].push(mutant);
  console.log(`${outcome.padEnd(14)} ${mutant.room}/${mutant.name} (${detail})`);
  return true;
}
