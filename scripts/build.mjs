// `npm run build`: generates the Prisma clients and compiles, each only when what it is made from has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './prisma-schemas.mjs';

const clients = 'src/database/generated';
const packages = ['packages/client', 'packages/verify'];

process.once('uncaughtExceptionMonitor', ({ code }) => {
  if (/MODULE_NOT_FOUND/.test(code)) console.error('To build, the development dependencies are needed: npm ci --include=dev');
});
await whenChanged(join(clients, '.made-from'), ['prisma/models.prisma', 'scripts', 'package-lock.json'], async () => {
  const { generate } = await import('./generate.mjs'); // not asked for where what it writes is there
  await generate();
});
await whenChanged('dist/.made-from', ['src', 'packages', 'tsconfig.json', 'package-lock.json'], compile);
letPack();

/**
 * `npm pack` writes through this link, as .npmrc has it, and so fails where nothing was built: `ignore-scripts`, which keeps dependencies
 * from running what they like, keeps npm from running `prepack` too, and a package without dist would be made in silence.
 */
function letPack() {
  const link = join(root, 'dist/pack-into');
  if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync('..', link, 'junction');
}

async function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compilers = ['.', ...packages].map((project) =>
    once(spawn(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' }), 'exit'),
  );
  for (const [code] of await Promise.all(compilers)) if (code !== 0) process.exit(1);
  for (const each of packages) await alsoForRequire(join(root, each, 'dist'));
}

/** A package is compiled to ES modules; here the same becomes CommonJS. Its types are judged already. */
async function alsoForRequire(folder) {
  const { default: typescript } = await import('typescript');
  const compilerOptions = { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 };
  mkdirSync(join(folder, 'cjs'), { recursive: true });
  for (const name of readdirSync(join(folder, 'esm'))) {
    const text = readFileSync(join(folder, 'esm', name), 'utf8');
    if (name.endsWith('.d.ts')) writeFileSync(join(folder, 'cjs', name), text);
    if (name.endsWith('.js')) writeFileSync(join(folder, 'cjs', name), typescript.transpileModule(text, { compilerOptions }).outputText);
  }
  for (const [format, type] of Object.entries({ esm: 'module', cjs: 'commonjs' }))
    writeFileSync(join(folder, format, 'package.json'), `{ "type": "${type}" }\n`);
}

async function whenChanged(stamp, inputs, make) {
  const digest = digestOf(inputs);
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return;
  await make();
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, digest);
}

function digestOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesIn))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesIn(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.made-from')
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((file) => !/[/\\](dist|node_modules)[/\\]/.test(file))
    .sort();
}
