import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { codeBlocks } from '../support/documents';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { PUBLIC_URL: '' }); // by its own address, as the first start has it
});
afterAll(() => house.close());

/** All TypeScript of a document as one program, against the house. Its lines. */
async function runProgram(document: string): Promise<string[]> {
  const program = codeBlocks(document)
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code)
    .join('\n');
  const here = program.replaceAll(/https:\/\/auth\.example\.com|http:\/\/localhost:4000/g, house.url.replace('127.0.0.1', 'localhost'));
  const { code } = await transform(here, { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } });
  const file = join(__dirname, '../../dist', `docs-${process.pid}.mjs`); // in the package, so that it finds itself by name
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file]).finally(() => rmSync(file));
  return stdout.trim().split('\n');
}

it('docs/client.md is a program that runs', async () => {
  expect(await runProgram('docs/client.md')).toEqual([
    'signed in',
    'signed in',
    'kate@example.com',
    'kate',
    '2',
    'kate',
    'kate',
    'kate',
    'wrong name or password',
    'signed out ',
    'false',
  ]);
});

it('docs/quick-start.md: a front end with Apollo Client', async () => {
  expect(await runProgram('docs/quick-start.md')).toEqual(['ada']);
});
