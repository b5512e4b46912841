import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromiumPath } from '../support/browser';
import { program } from '../support/process';
import { readStage } from '../support/stage';
import { itWhere } from '../support/where';

/** Runs an example as its reader would; gives what it has written. */
async function run(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: mkdtempSync(join(readStage().folder, 'home-')), ...environment };
  const { stdout, stderr } = await promisify(execFile)(command, args, { env });
  return stdout + stderr;
}

it('Jest: a role, a token that expires, a mail', async () => {
  const written = await run(process.execPath, [
    resolve('node_modules/jest/bin/jest.js'),
    '--rootDir',
    'examples/testing/jest',
    '--colors=false',
  ]);
  expect(written).toMatch(/Tests: +3 passed, 3 total/);
  expect(written).not.toContain('did not exit');
});

const hasPytest = spawnSync('python3', ['-c', 'import pytest'], { stdio: 'ignore' }).status === 0;
itWhere(hasPytest, 'no python3 with the package pytest here; Debian: apt-get install python3-pytest')(
  'pytest: the same over HTTP',
  async () => {
    const written = await run('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'examples/testing/pytest'], {
      GATEHOUSE_PROGRAM: `${process.execPath} ${program}`,
      PYTHONDONTWRITEBYTECODE: '1',
    });
    expect(written).toMatch(/3 passed/);
  },
);

itWhere(chromiumPath !== null, 'no Chromium here; Debian: apt-get install chromium, or set TEST_CHROMIUM to one')(
  'Playwright: a page, and what it says while the gateway cannot serve',
  async () => {
    const written = await run(process.execPath, ['--test', '--test-reporter=tap', 'examples/testing/playwright/sign-in.test.mjs'], {
      TEST_CHROMIUM: chromiumPath ?? '',
    });
    expect(written).toMatch(/# pass 2\n/);
    expect(written).toMatch(/# fail 0\n/);
  },
);
