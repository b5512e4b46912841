// `npm run emit` writes the generated files that are committed; with --check it only compares, and fails when one differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { providers, root, schemaFile, schemaText } from './prisma-schemas.mjs';

const { emitted } = createRequire(import.meta.url)('../dist/emit.js');
const check = process.argv.includes('--check');
const differing = [];
/** Which typed documents are made, from what and how: written as JSON, which YAML reads too, so that nothing has to parse YAML here. */
const codegenConfig = JSON.parse(read('codegen.yml'));

for (const [name, make] of Object.entries(emitted)) settle(name, await make(read(name) ?? ''));
for (const provider of providers) settle(schemaFile(provider).slice(root.length), schemaText(provider));
for (const [filename, output] of Object.entries(codegenConfig.generates))
  settle(filename, await codegen(typedOperations(filename, output))); // of what was settled above

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

/** Typed documents of every operation, for the tests and the client. */
function typedOperations(filename, { plugins, config }) {
  const { schema, documents: location } = codegenConfig;
  return {
    filename,
    schema: parse(read(schema)),
    documents: [{ location, document: parse(read(location)) }],
    config,
    plugins: plugins.map((name) => ({ [name]: {} })),
    pluginMap: { 'typescript-operations': typescriptOperations, 'typed-document-node': typedDocumentNode },
  };
}
