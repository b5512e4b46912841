// Writes both Prisma schemas and generates both clients into src/database/generated, by Prisma's own command line.
// Generating is WebAssembly: the schema engine that the command line would fetch first is never run, so that any program stands for it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { providers, root, schemaFile, writeSchemas } from './prisma-schemas.mjs';

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');

/** What Prisma says is shown when it fails. */
export function generate() {
  writeSchemas();
  for (const provider of providers) {
    execFileSync(process.execPath, [prisma, 'generate', '--schema', schemaFile(provider)], {
      cwd: root,
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const target = join(root, 'src/database/generated', provider);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(root, 'prisma', provider, 'client'), target);
  }
}

if (import.meta.filename === process.argv[1]) generate();
