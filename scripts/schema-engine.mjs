// Prisma's schema engine as WebAssembly, for what only developers do: SQL for the way from one set of models to another.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { datasource } from './prisma-schemas.mjs';

let instance;

async function load() {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': engine });
  engine.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}

// A diff between two models reads no database; the engine only wants to know which SQL to write. It greets a PostgreSQL
// server all the same: this adapter answers that, and nothing else.
const unconnected = {
  sqlite: () => new PrismaLibSql({ url: ':memory:' }),
  postgresql: () => {
    const connect = async () => ({
      provider: 'postgres',
      adapterName: 'unconnected',
      queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
      executeRaw: async () => 0,
      executeScript: async () => {},
      dispose: async () => {},
    });
    return { provider: 'postgres', adapterName: 'unconnected', connect, connectToShadowDb: connect };
  },
};

/** The SQL that leads from `before` (models, or null for an empty database) to `after`; null when there is nothing to do. */
export async function diffModels(provider, before, after) {
  instance ??= load();
  await instance;
  const models = (text) => ({
    tag: 'schemaDatamodel',
    files: [{ path: 'schema.prisma', content: `${datasource(provider)}\n${text}` }],
  });
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', models(after).files[0].content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(unconnected[provider]()),
  );
  const { exitCode, stdout } = await schemaEngine.diff({
    from: before === null ? { tag: 'empty' } : models(before),
    to: models(after),
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  // The schema "public" is there, and making it asks for a right that the gateway's role need not have.
  return exitCode === 0 ? null : stdout.replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '');
}
