import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const root = join(__dirname, '../..');
const esm = join(root, 'packages/client/dist/esm');
const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim();
const names = 'Object.keys(client).filter((name) => /^(createGatehouse|isGatehouseError|ProfileDocument)$/.test(name)).sort().join()';

describe('gatehouse/client', () => {
  it('can be required and imported by its name', () => {
    expect(run('-p', `const client = require('gatehouse/client'); ${names}`)).toBe('ProfileDocument,createGatehouse,isGatehouseError');
    const script = `import * as client from 'gatehouse/client'; console.log(${names})`;
    expect(run('--input-type=module', '-e', script)).toBe('ProfileDocument,createGatehouse,isGatehouseError');
  });

  it('gives the same names either way', () => {
    const keys = 'JSON.stringify(Object.keys(client).sort())';
    const imported = run('--input-type=module', '-e', `import * as client from 'gatehouse/client'; console.log(${keys})`);
    expect(run('-p', `const client = require('gatehouse/client'); ${keys}`)).toBe(imported);
  });

  it('imports nothing but itself, so that a browser can load it as it is', () => {
    const files = readdirSync(esm).filter((name) => name.endsWith('.js'));
    const imports = files.flatMap((file) =>
      [...readFileSync(join(esm, file), 'utf8').matchAll(/^(?:import|export)\b[^;]*?\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/gm)].map(
        ([, named, bare]) => named ?? bare ?? '',
      ),
    );
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.filter((name) => !files.includes(name.replace('./', '')))).toEqual([]);
    for (const file of readdirSync(join(root, 'packages/client/dist/cjs')).filter((name) => name.endsWith('.js')))
      for (const [, name] of readFileSync(join(root, 'packages/client/dist/cjs', file), 'utf8').matchAll(/require\("([^"]+)"\)/g))
        expect(name).toMatch(/^\.\//);
  });

  it('uses no global that only Node has', () => {
    for (const file of readdirSync(esm).filter((name) => name.endsWith('.js')))
      expect(readFileSync(join(esm, file), 'utf8')).not.toMatch(/\b(process\.|Buffer\b|require\(|__dirname|setImmediate|global\.)/);
  });

  it('has types for either way in', () => {
    const { import: module, require: commonjs } = manifest.exports['./client'];
    for (const { types } of [module, commonjs]) expect(readFileSync(join(root, types), 'utf8')).toContain('createGatehouse');
  });
});
