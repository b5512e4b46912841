import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { type House, openHouse } from '../support/house';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/client.md'), 'utf8');
const program = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block).join('\n');

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

it('docs/client.md is a program that runs', async () => {
  const { code } = await transform(program.replaceAll('https://auth.example.com', house.url), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const file = join(root, 'dist', `docs-client-${process.pid}.mjs`); // in the package, so that it finds itself by name
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file]).finally(() => rmSync(file));
  expect(stdout.trim().split('\n')).toEqual([
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
