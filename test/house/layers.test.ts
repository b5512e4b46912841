import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { readStage } from '../support/stage';

/** Each import rule with files that break it: file, and what it imports. A rule that nothing breaks holds nothing. */
const violations: Record<string, Readonly<Record<string, string>>> = {
  'no-circle': { 'src/accounts/left.ts': './right', 'src/accounts/right.ts': './left' },
  'nothing-imports-the-process': { 'src/cli/starts.ts': '../main', 'src/main.ts': '' },
  'only-the-command-line-imports-the-composition': { 'src/rest/composes.ts': '../app/app', 'src/app/app.ts': '' },
  'services-know-no-edge': { 'src/accounts/edgy.service.ts': './some.routes', 'src/accounts/some.routes.ts': '' },
  'services-know-no-transport': { 'src/accounts/graphic.service.ts': 'graphql' },
  'forward-auth-is-imported-by-nothing-below': { 'src/rest/leans.ts': '../forward-auth/headers', 'src/forward-auth/headers.ts': '' },
  'upstream-is-imported-by-the-composition-alone': { 'src/graphql/leans.ts': '../upstream/router', 'src/upstream/router.ts': '' },
  'forward-auth-knows-no-graphql-but-by-operation': {
    'src/forward-auth/looks.ts': './graphql/policy',
    'src/forward-auth/graphql/policy.ts': '',
  },
  'base-imports-base-alone': { 'src/errors.ts': './accounts/some.service', 'src/accounts/some.service.ts': '' },
  'rooms-below-import-no-service': { 'src/tokens/climbs.ts': '../accounts/some.service' },
  'sessions-know-no-accounts': { 'src/sessions/knows.ts': '../accounts/some.service' },
  'the-client-stands-alone': { 'packages/client/src/leans.ts': '../../../src/clock', 'src/clock.ts': '' },
  'the-server-needs-no-package': { 'src/oauth/calls.ts': '../../packages/client/src/some', 'packages/client/src/some.ts': '' },
  'the-verifier-stands-alone': { 'packages/verify/src/leans.ts': '../../../src/clock', 'src/clock.ts': '' },
  'nodemailer-only-in-its-room': { 'src/oauth/writes.ts': 'nodemailer' },
  'openid-client-only-in-its-room': { 'src/oauth/discovers.ts': 'openid-client' },
  '@simplewebauthn-only-in-its-room': { 'src/oauth/verifies.ts': '@simplewebauthn/server' },
  'bcryptjs-only-in-its-room': { 'src/oauth/hashes.ts': 'bcryptjs' },
  'jsonwebtoken-only-in-its-room': { 'src/oauth/signs.ts': 'jsonwebtoken' },
  '@prisma-only-in-its-room': { 'src/oauth/queries.ts': '@prisma/client' },
  'libsql-only-in-its-room': { 'src/database/migrations/opens.ts': 'libsql' },
  'pg-only-in-its-room': { 'src/database/sqlite/asks.ts': 'pg' },
  'pg-connection-string-only-in-its-room': { 'src/oauth/parses.ts': 'pg-connection-string' },
  '@apollo-only-in-its-room': { 'src/rest/serves.ts': '@apollo/server' },
  'fastify|@fastify-only-in-its-room': { 'src/graphql/listens.ts': 'fastify' },
  'ws-only-in-its-room': { 'src/gate/opens.ts': 'ws' },
  '@fastify/busboy-only-in-its-room': { 'src/gate/unpacks.ts': '@fastify/busboy' },
  'commander-only-in-its-room': { 'src/oauth/asks.ts': 'commander' },
  'prom-client|@opentelemetry-only-in-its-room': { 'src/oauth/measures.ts': 'prom-client' },
};
const libraries = [
  'graphql',
  'nodemailer',
  'openid-client',
  '@simplewebauthn/server',
  'bcryptjs',
  'jsonwebtoken',
  '@prisma/client',
  'libsql',
  'pg',
  'pg-connection-string',
  '@apollo/server',
  'fastify',
  'commander',
  'ws',
  '@fastify/busboy',
  'prom-client',
];

/** A house of a few files, each of which breaks one rule. */
function buildFixture(): string {
  const folder = mkdtempSync(join(readStage().folder, 'layers-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const files of Object.values(violations))
    for (const [file, target] of Object.entries(files)) write(file, target === '' ? 'export {};\n' : `import '${target}';\n`);
  for (const library of libraries) {
    write(`node_modules/${library}/package.json`, JSON.stringify({ name: library, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${library}/index.js`, '');
  }
  write('tsconfig.json', '{ "compilerOptions": { "moduleResolution": "bundler", "module": "preserve" } }');
  write('package.json', JSON.stringify({ dependencies: Object.fromEntries(libraries.map((library) => [library, '1.0.0'])) }));
  return folder;
}

describe('the import rules', () => {
  const config = createRequire(__filename)(resolve('.dependency-cruiser.cjs')) as { forbidden: readonly { readonly name: string }[] };

  it('have a violation each in this test', () => {
    expect(config.forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(violations).sort());
  });

  it('notice every one of them', () => {
    const bin = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = spawnSync(
      process.execPath,
      [bin, 'src', 'packages', '--config', resolve('.dependency-cruiser.cjs'), '--output-type', 'json'],
      {
        cwd: buildFixture(),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    const noticed = new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`));
    for (const [rule, files] of Object.entries(violations)) expect([...noticed]).toContain(`${rule}: ${Object.keys(files)[0]}`);
  });
});

describe('the process', () => {
  it('is seen by main.ts alone', () => {
    const folder = mkdtempSync(join(readStage().folder, 'process-'));
    mkdirSync(join(folder, 'src'));
    copyFileSync('biome.json', join(folder, 'biome.json'));
    for (const name of ['main', 'accounts']) writeFileSync(join(folder, 'src', `${name}.ts`), 'export const home = process.env.HOME;\n');
    const { stderr } = spawnSync(resolve('node_modules/.bin/biome'), ['lint', 'src', '--colors=off'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toMatch(/src\/accounts\.ts:1:\d+ lint\/style\/noRestrictedGlobals/);
    expect(stderr).not.toContain('src/main.ts');
  });

  it('is not needed to look at the code: nothing happens on import', () => {
    const modules = ['app/load-config', 'errors', 'context', 'app/app', 'graphql/schema', 'http/http.server'].map((name) =>
      resolve('dist', name),
    );
    const script = `for (const each of ${JSON.stringify(modules)}) require(each); console.log(process.getActiveResourcesInfo().filter((kind) => !/TTY|Pipe|FSReq/.test(kind)).length)`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim()).toBe('0');
  });
});
