// `npm run check:newcomer`: from the committed tree in an empty folder, types what the documents tell a newcomer to type, as they
// have it. Nothing is pinned or left out but the port: 4000 may be taken. Needs the npm registry, as `npm ci` does.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { freePort } from '../bench/processes.mjs';
import documented from '../test/support/documented-commands.cjs';
import { Failed, plainEnvironment, stopAll, type, typeAndWait } from './newcomer.shell.mjs';
import { root } from './prisma-schemas.mjs';

const { blocksOf, commandsFor, commandsOf } = documented;
const began = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-newcomer-'));
const clone = join(folder, 'gatehouse');
const project = join(folder, 'page');
const port = String(await freePort());
const environment = { ...plainEnvironment(), PORT: port };
/** Parts of commands that have run: `npm ci` is slow, and the second one in a folder tells nothing. */
const done = new Set();

process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => void stopAll().then(() => process.exit(1)));
try {
  await walk();
  console.log(`What a newcomer types works (${seconds()} s).`);
} catch (error) {
  await stopAll();
  console.error(error instanceof Failed ? `What a newcomer types does not work. ${error.message}` : error);
  process.exitCode = 1;
}

async function walk() {
  await askRegistry();
  getTree();
  const gateway = await start();
  await firstLogin();
  await frontEnd();
  await gateway.stop();
  await develop();
  await typeLeft('docs/deployment.md', clone);
  const left = commandsFor('scripts/newcomer.mjs', clone).filter(({ text }) => leftOf(text) !== '');
  if (left.length > 0) throw new Failed(`Not typed: ${left.map(({ document, text }) => `${text} (${document})`).join(', ')}`);
}

/** Asked first: without it an installation fails after minutes, or passes by what a cache has. */
async function askRegistry() {
  try {
    await typeAndWait('npm view @apollo/client version --prefer-online', folder, environment);
  } catch (error) {
    throw new Failed(`No npm registry answers here, and a newcomer's installation cannot be tried without. ${error.message}`);
  }
}

/** As committed. A tree that came without its repository is taken as it is, without what .gitignore names. */
function getTree() {
  try {
    execFileSync('git', ['clone', '--quiet', root, clone], { cwd: folder, env: environment, stdio: 'pipe' });
    tell('git clone');
  } catch (error) {
    const ignored = ['node_modules', 'dist', 'data', 'coverage', 'generated', 'artefacts', '.git', '.env'];
    rmSync(clone, { recursive: true, force: true });
    cpSync(root, clone, { recursive: true, filter: (path) => !ignored.includes(basename(relative(root, path))) });
    tell(`a copy of this folder, which cannot be cloned: ${String(error.stderr ?? error.message).trim()}`);
  }
}

async function start() {
  const [{ text } = {}] = ours('README.md');
  if (text === undefined) throw new Failed('README.md does not start as test/support/documented-commands.cjs has it.');
  const gateway = type(text, clone, environment);
  await gateway.written('Gatehouse is ready.');
  mark('README.md', text);
  return gateway;
}

async function firstLogin() {
  const commands = commandsOf('README.md', clone).filter(({ text }) => text.includes('localhost:4000'));
  if (commands.length === 0) throw new Failed('README.md has no first login with curl.');
  for (const { text } of commands) {
    const output = await typeAndWait(`curl() { command curl --fail-with-body "$@"; }\n${here(text)}`, folder, environment);
    if (!output.includes('"username":"kate"')) throw new Failed(`README.md: the first login gives no profile:\n${output}`);
    mark('README.md', 'the first login');
  }
}

/** A project beside the clone, and in it the page's program, which registers somebody. The last line is ours: it logs in. */
async function frontEnd() {
  const page = 'docs/quick-start.md';
  mkdirSync(project);
  await typeLeft(page, project);
  const program = blocksOf(readFileSync(join(clone, page), 'utf8'), 'ts').join('\n');
  const again = `console.log((await gatehouse.login({ username: 'ada', password: 'a quiet garden gate' })).user.email);`;
  writeFileSync(join(project, 'main.js'), `${here(program)}\n${again}\n`);
  const output = await typeAndWait('node main.js', project, environment);
  if (!output.includes('ada\nada@example.com\n')) throw new Failed(`${page}: its program wrote\n${output}`);
  mark(page, 'the front end');
}

/** `npm run dev`, which says that it starts again at every change: one is made, and looked for. */
async function develop() {
  const page = 'CONTRIBUTING.md';
  for (const { text } of ours(page).filter(isLeft)) {
    const development = type(leftOf(text), clone, environment);
    for (const sign of ['Gatehouse is ready.', 'Watching for file changes.']) await development.written(sign);
    const file = join(clone, 'src/app/startup-banner.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Gatehouse is ready.', 'Gatehouse is changed.'));
    await development.written('Gatehouse is changed.');
    await development.stop();
    mark(page, text);
  }
}

async function typeLeft(page, where) {
  for (const { text } of ours(page).filter(isLeft)) {
    await typeAndWait(leftOf(text), where, environment);
    mark(page, text);
  }
}

/** What a document of the clone tells to type, as far as it is ours to run. */
function ours(document) {
  return commandsFor('scripts/newcomer.mjs', clone).filter((command) => command.document === document);
}

/** `a && b`, without what has run. */
function leftOf(text) {
  return text
    .split(' && ')
    .filter((part) => !done.has(part))
    .join(' && ');
}

function isLeft({ text }) {
  return leftOf(text) !== '';
}

function mark(document, text) {
  for (const part of text.split(' && ')) done.add(part);
  tell(`${document}: ${text}`);
}

function tell(what) {
  console.log(`${seconds().padStart(4)} s  ${what}`);
}

function seconds() {
  return ((Date.now() - began) / 1000).toFixed(0);
}

/** The documents have the default port; the gateway of this check has another. */
function here(text) {
  return text.replaceAll('localhost:4000', `localhost:${port}`);
}
