// `npm run emit` writes the generated files that are committed; with --check it only compares, and fails when one differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generate, loadCodegenConfig } from '@graphql-codegen/cli';
import { providers, root, schemaFile, schemaText } from './prisma-schemas.mjs';

const { emitted } = createRequire(import.meta.url)('../dist/emit.js');
const check = process.argv.includes('--check');
const differing = [];

for (const [name, make] of Object.entries(emitted)) settle(name, make());
for (const provider of providers) settle(schemaFile(provider).slice(root.length), schemaText(provider));
process.chdir(root);
const { config } = await loadCodegenConfig({ configFilePath: 'codegen.yml' });
for (const { filename, content } of await generate({ ...config, silent: true }, false)) settle(filename, content); // reads schema.graphql

if (differing.length > 0) {
  console.error(`Not in sync: ${differing.join(', ')}. Run "npm run emit" and commit what it writes.`);
  process.exit(1);
}

function settle(name, text) {
  if (text === read(name)) return;
  if (check) differing.push(name);
  else writeFileSync(join(root, name), text);
}

function read(name) {
  try {
    return readFileSync(join(root, name), 'utf8');
  } catch {
    return null;
  }
}
