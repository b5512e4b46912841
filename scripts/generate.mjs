// Writes both Prisma schemas and generates both clients into src/database/generated.
// By Prisma's own generator, in this process: its command line would bring a studio, a database and an engine of 200 MB, and this
// needs none of them (docs/decisions/029-what-an-install-brings.md).
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { providers, root, schemaFile, writeSchemas } from './prisma-schemas.mjs';

const load = createRequire(import.meta.url);
const { getGenerators, loadSchemaContext } = load('@prisma/internals');
const { PrismaClientTsGenerator } = load('@prisma/client-generator-ts');

export async function generate() {
  writeSchemas();
  for (const provider of providers) {
    const registry = { 'prisma-client': { type: 'in-process', generator: new PrismaClientTsGenerator() } };
    const schemaContext = await loadSchemaContext({ schemaPath: { cliProvidedPath: schemaFile(provider) }, printLoadMessage: false });
    for (const generator of await getGenerators({ schemaContext, registry, skipDownload: true })) {
      await generator.generate();
      generator.stop();
    }
    const target = join(root, 'src/database/generated', provider);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(root, 'prisma', provider, 'client'), target);
  }
}

if (import.meta.filename === process.argv[1]) await generate();
