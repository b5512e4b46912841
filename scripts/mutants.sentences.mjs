// Runs single sentences of the suite in the copy, over one PostgreSQL that lives as long as the run.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../test/mutants/lists.cjs';

/** As the suite's set-up makes it; tests in child processes find it by the environment. */
export async function openStage(folder) {
  const stage = join(folder, 'stage/support');
  mkdirSync(stage, { recursive: true });
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  for (const name of readdirSync(join(folder, 'test/support')).filter((each) => each.endsWith('.ts'))) {
    const text = readFileSync(join(folder, 'test/support', name), 'utf8').replaceAll("'../../src/", "'../../dist/");
    writeFileSync(join(stage, name.replace(/\.ts$/, '.js')), ts.transpileModule(text, { compilerOptions }).outputText);
  }
  const require = createRequire(join(stage, 'here.js'));
  await require('./global.setup.js').default();
  const config = `module.exports = { ...require('./jest.config.cjs'), globalSetup: undefined, globalTeardown: undefined, reporters: [],
    watchman: false, cacheDirectory: '${join(folder, 'jest-cache')}' };\n`;
  writeFileSync(join(folder, 'jest.mutants.cjs'), config);
  return () => require('./global.teardown.js').default();
}

/** Of a title as it stands in the test file: Jest puts values where it has `%s`. */
export const patternOf = (title) => new RegExp(title.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/%[sdijo]/g, '.*'));

/**
 * The outcome of the sentences of one test file whose titles have one of these in them: how many passed and failed, or null where they had
 * not ended in time, or the test file did not run at all.
 */
export async function tell(folder, file, titles, timeoutMs) {
  const outcome = join(folder, 'outcome.json');
  rmSync(outcome, { force: true });
  const pattern = titles.map((title) => patternOf(title).source).join('|');
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const options = [
    '--config',
    'jest.mutants.cjs',
    '--runTestsByPath',
    file,
    '-t',
    pattern,
    '--maxWorkers=1',
    '--forceExit',
    '--testTimeout=30000',
  ];
  const child = spawn(process.execPath, [jest, ...options, '--json', `--outputFile=${outcome}`], {
    cwd: folder,
    detached: true, // a group of its own: what it started ends with it
    stdio: 'ignore',
  });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  process.once('exit', end);
  const timer = setTimeout(end, timeoutMs);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  process.off('exit', end);
  end();
  if (!existsSync(outcome)) return null;
  const [tested] = JSON.parse(readFileSync(outcome, 'utf8')).testResults;
  const told = (tested?.assertionResults ?? []).filter(({ status }) => status === 'passed' || status === 'failed');
  if (told.length === 0 && tested?.status === 'failed') return null;
  return told.map(({ fullName, status }) => ({ sentence: fullName, failed: status === 'failed' }));
}
