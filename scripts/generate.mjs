// Writes both Prisma schemas and generates both clients into src/database/generated.
// Generating is WebAssembly; the schema engine that Prisma's command line would download first is never run.
import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { providers, root, schemaFile, writeSchemas } from './prisma-schemas.mjs';

const load = createRequire(import.meta.url);
const prisma = load.resolve('prisma/build/index.js');

/** Both at once: each takes a processor for seconds. What Prisma says is shown when it fails. */
export async function generate() {
  writeSchemas();
  await Promise.all(
    providers.map(async (provider) => {
      await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', schemaFile(provider)], {
        cwd: root,
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
      });
      const target = join(root, 'src/database/generated', provider);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(root, 'prisma', provider, 'client'), target);
    }),
  );
}

if (import.meta.filename === process.argv[1]) await generate();
