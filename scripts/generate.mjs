// Writes both Prisma schemas and generates both clients into src/database/generated.
// Generating is WebAssembly; the schema engine that Prisma's command line would download first is never run.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { providers, root, schemaFile, writeSchemas } from './prisma-schemas.mjs';

const load = createRequire(import.meta.url);
const prisma = load.resolve('prisma/build/index.js');

/** In the folder of each client; the build puts it beside what it compiles. */
export const compilerFile = 'query_compiler.wasm';

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
      takeCompilerOutOfText(target);
    }),
  );
}

/**
 * Prisma's client has its query compiler, 1.7 MB of WebAssembly, as a text in a module, and so it keeps that text as long as the process lives: 6 MB of
 * a gateway that does nothing. Here it becomes a file, which is read once (docs/decisions/018-memory.md).
 */
function takeCompilerOutOfText(client) {
  const file = join(client, 'internal/class.ts');
  const code = readFileSync(file, 'utf8');
  const taken = /const \{ wasm \} = await import\("(.+)"\)\s+return await decodeBase64AsWasm\(wasm\)/;
  const [text, module] = taken.exec(code) ?? [];
  if (module === undefined) throw new Error(`${file} takes its query compiler from elsewhere than it did`);
  const { wasm } = load(module);
  writeFileSync(join(client, compilerFile), Buffer.from(wasm, 'base64'));
  const read = `const { readFile } = await import('node:fs/promises')
    return new WebAssembly.Module(await readFile(\`\${__dirname}/../${compilerFile}\`))`;
  writeFileSync(
    file,
    code.replace(text, () => read),
  );
}

if (import.meta.filename === process.argv[1]) await generate();
