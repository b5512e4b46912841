import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromiumPath } from '../support/browser';
import { codeBlocks } from '../support/documents';
import { newFolder, program } from '../support/process';
import { itWhere } from '../support/where';

/** Runs an example as its reader would; gives what it has written. */
async function run(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  const { stdout, stderr } = await promisify(execFile)(command, args, { env });
  return stdout + stderr;
}

it('Jest: a role, a token that expires, a mail', async () => {
  const config = {
    rootDir: resolve('examples/testing/jest'),
    testEnvironment: 'node',
    moduleNameMapper: { '^gatehouse/testing$': resolve('dist/testing/index.js') }, // which an installation has in node_modules
  };
  const written = await run(process.execPath, [resolve('node_modules/jest/bin/jest.js'), '--config', JSON.stringify(config)]);
  expect(written).toMatch(/Tests: +3 passed, 3 total/);
  expect(written).not.toContain('did not exit');
});

it('the program of docs/testing.md', async () => {
  const [program] = codeBlocks('docs/testing.md').filter(({ language }) => language === 'ts');
  const file = join(newFolder(), 'program.mjs');
  writeFileSync(
    file,
    `${program?.code.replace("'gatehouse/testing'", JSON.stringify(resolve('dist/testing/index.js')))}\nconsole.log(editor.username);`,
  );
  expect(await run(process.execPath, [file])).toMatch(/^test-[0-9a-f]{12}\n$/);
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
