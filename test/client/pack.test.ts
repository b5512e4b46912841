import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', [...args, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, encoding: 'utf8', stdio: 'pipe' });

/** What somebody has who installs these tarballs into an empty folder. */
const install = (folder: string, tarballs: readonly string[]): string => {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
  npm(project, 'install', ...tarballs);
  return project;
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

describe('@gatehouse/client and @gatehouse/verify', () => {
  let folder: string;
  let project: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-pack-'));
    const pack = (name: string) =>
      join(folder, npm(folder, 'pack', resolve('packages', name), '--pack-destination', folder).trim().split('\n').pop() ?? '');
    project = install(folder, [pack('client'), pack('verify')]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['client', 'verify'])('%s comes alone, and in less than a megabyte', (name) => {
    const installed = readdirSync(join(project, 'node_modules')).filter((each) => !each.startsWith('.'));
    expect(installed).toEqual(['@gatehouse']);
    expect(readdirSync(join(project, 'node_modules/@gatehouse')).sort()).toEqual(['client', 'verify']);
    const files = filesIn(join(project, 'node_modules/@gatehouse', name));
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(1_000_000);
    expect(files.some((file) => file.endsWith('README.md')) && files.some((file) => file.endsWith('LICENSE'))).toBe(true);
  });

  const names = ['@gatehouse/client', ...['', '/fastify', '/express', '/apollo'].map((path) => `@gatehouse/verify${path}`)];

  it.each(names)('%s can be required and imported, and gives the same names either way', (name) => {
    const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' }).trim();
    const keys = 'JSON.stringify(Object.keys(it).filter((key) => !/^(default|module.exports|__esModule)$/.test(key)).sort())';
    const required = run('-p', `const it = require('${name}'); ${keys}`);
    expect(required).not.toBe('[]');
    expect(run('--input-type=module', '-e', `import * as it from '${name}'; console.log(${keys})`)).toBe(required);
  });

  it.each([
    ['node10', 'commonjs'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('have types with moduleResolution %s', (moduleResolution, module) => {
    const program = [
      "import { createGatehouse, isGatehouseError, ProfileDocument } from '@gatehouse/client';",
      "import { createVerifier } from '@gatehouse/verify';",
      "import { requireToken } from '@gatehouse/verify/fastify';",
      "import { requireToken as middleware } from '@gatehouse/verify/express';",
      "import { tokenContext } from '@gatehouse/verify/apollo';",
      "const gatehouse = createGatehouse({ url: '' });",
      'gatehouse.request(ProfileDocument).then(({ profile }) => { const name: string = profile.username; return name; });',
      "const verifier = createVerifier({ issuer: '', clientId: '', clientSecret: '' });",
      'export const all = [requireToken(verifier), middleware(verifier), tokenContext(verifier), isGatehouseError(null)];',
      '// @ts-expect-error: they are types, and not any',
      'createGatehouse({ url: 1 });',
    ].join('\n');
    writeFileSync(join(project, 'program.ts'), program);
    mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types', 'graphql'])
      cpSync(resolve('node_modules', name), join(project, 'node_modules', name), { recursive: true });
    const deprecations = moduleResolution === 'node10' ? ['--ignoreDeprecations', '6.0'] : [];
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--module', module, '--moduleResolution', moduleResolution];
    const args = [resolve('node_modules/typescript/bin/tsc'), ...flags, ...deprecations, 'program.ts'];
    const tsc = () => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    expect(tsc()).toBe('');
  });
});

it("the server's package has gatehouse/client and gatehouse/verify still", () => {
  const [packed] = JSON.parse(npm(resolve('.'), 'pack', '--dry-run', '--json')) as { files: { path: string }[] }[];
  const paths = new Set(packed?.files.map(({ path }) => path));
  const { exports } = require('../../package.json') as { exports: Record<string, unknown> };
  const targets = JSON.stringify(exports).match(/\.\/packages\/[^"]+/g) ?? [];
  expect(targets).toHaveLength(20);
  for (const target of targets) expect([...paths]).toContain(target.slice(2));
  for (const name of ['client', 'verify'])
    for (const format of ['cjs', 'esm']) expect([...paths]).toContain(`packages/${name}/dist/${format}/package.json`);
});
