import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { codeBlocks } from '../support/documents';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { PUBLIC_URL: '' }); // by its own address, as the first start has it
});
afterAll(() => house.close());

/** All TypeScript of a document as one program, against the house. Its lines. */
async function runProgram(document: string, before = '', after = ''): Promise<string[]> {
  const program = codeBlocks(document)
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code)
    .join('\n');
  const whole = [before, program, after].join('\n');
  const here = whole.replaceAll(/https:\/\/auth\.example\.com|http:\/\/localhost:4000/g, house.url.replace('127.0.0.1', 'localhost'));
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
    'signed in',
    'kate',
    '3',
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

it('docs/revocation.md: a service that verifies tokens by itself', async () => {
  const { accessToken, id } = await newPerson(house);
  const { id: clientId, secret: clientSecret } = await house.app.services.clients.create(`docs-${process.pid}`);
  const given = { clientId, clientSecret, token: accessToken };
  const before = `const { clientId, clientSecret, token } = ${JSON.stringify(given)};`;
  const lines = await runProgram(
    'docs/revocation.md',
    before,
    'console.log(verification.accepted, verification.token?.userId); verifier.close();',
  );
  expect(lines).toEqual([`true ${id}`]);
});
