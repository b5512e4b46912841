// A copy of the working tree, as it was built. Mistakes are made in the copy alone.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { root, withMistake } from '../test/mutants/lists.cjs';

const left = new Set(['.git', 'node_modules', 'data']);

/** Copies the tree; node_modules is a link. */
export function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mutants-'));
  const filter = (path) =>
    !relative(root, path)
      .split(sep)
      .some((name) => left.has(name));
  cpSync(root, folder, { recursive: true, filter, verbatimSymlinks: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes the mistake in what was compiled of its file. Returns what takes it back. */
export function makeMistake(folder, mutant) {
  const text = withMistake(mutant, folder);
  const kept = compiledOf(mutant.file).map(({ path, module }) => {
    const file = join(folder, path);
    const before = readFileSync(file);
    writeFileSync(file, compile(text, mutant.file, module));
    return { file, before };
  });
  return () => {
    for (const { file, before } of kept) writeFileSync(file, before);
  };
}

/** What the build makes of a source file, as scripts/build.mjs does. */
function compiledOf(file) {
  const [, name] = /^src\/(.*)\.ts$/.exec(file) ?? [];
  if (name !== undefined) return [{ path: `dist/${name}.js`, module: ts.ModuleKind.CommonJS }];
  const [, of, inside] = /^packages\/(\w+)\/src\/(.*)\.ts$/.exec(file) ?? [];
  if (of === undefined) throw new Error(`nothing is compiled of ${file}`);
  return [
    { path: `packages/${of}/dist/cjs/${inside}.js`, module: ts.ModuleKind.CommonJS },
    { path: `packages/${of}/dist/esm/${inside}.js`, module: ts.ModuleKind.ES2022 },
  ];
}

/** One file is compiled by itself. */
const alone = {
  rootDir: undefined,
  outDir: undefined,
  incremental: false,
  tsBuildInfoFile: undefined,
  declaration: false,
  sourceMap: false,
};

function compile(text, fileName, module) {
  const { compilerOptions } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, ...alone }, root);
  const { outputText, diagnostics } = ts.transpileModule(text, {
    compilerOptions: { ...options, module },
    fileName,
    reportDiagnostics: true,
  });
  const [error] = diagnostics ?? [];
  if (error) throw new Error(`${fileName} does not compile: ${ts.flattenDiagnosticMessageText(error.messageText, ' ')}`);
  return outputText;
}
