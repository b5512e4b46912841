// `npm run migration -- <name>`: writes what changed in prisma/models.prisma since the last migration, for both providers.
// prisma/models.migrated.prisma is the state that all migrations together lead to; a test holds it to the models.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { models, providers, root, writeSchemas } from './prisma-schemas.mjs';
import { diffModels } from './schema-engine.mjs';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9_]{0,60}$/.test(name)) {
  console.error('usage: npm run migration -- <name>   (small letters, digits and _)');
  process.exit(2);
}

const migrated = join(root, 'prisma/models.migrated.prisma');
const before = existsSync(migrated) ? readFileSync(migrated, 'utf8') : null;
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
for (const provider of providers) {
  const sql = await diffModels(provider, before, models());
  if (sql === null) {
    console.log(`${provider}: the models have not changed`);
    continue;
  }
  const folder = join(root, 'prisma', provider, 'migrations');
  const file = join(folder, `${stamp}_${name}`, 'migration.sql');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, sql);
  writeFileSync(join(folder, 'migration_lock.toml'), `provider = "${provider}"\n`);
  console.log(file.slice(root.length));
}
writeFileSync(migrated, models());
writeSchemas();
