import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

describe('the Node versions that are tested', () => {
  const script = `
    import { nodeVersions } from './scripts/node-binaries.mjs';
    console.log(nodeVersions.map(({ version }) => version).join());
  `;
  const versions = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim().split(',');

  it('begin with the oldest that the package lets in', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    expect(`>=${versions[0]?.replace(/\.0$/, '')}`).toBe(engines.node);
  });

  it('are those that the documents name', () => {
    const named = readFileSync('docs/deployment.md', 'utf8').match(/^\| \d+\.\d+\.\d+ (?=\|)/gm) ?? [];
    expect(named.map((row) => row.slice(2, -1))).toEqual(versions);
  });

  it('are each looked at before anything lands, with files that there are', () => {
    const [, smoke] = readFileSync('scripts/node-versions.mjs', 'utf8').match(/const smoke = \[([^\]]*)\]/) ?? [];
    const files = smoke?.match(/(?<=')[^']+/g)?.filter((name) => name.includes('/')) ?? [];
    expect(files).toHaveLength(9);
    for (const name of files) expect([name, existsSync(`test/${name}.test.ts`)]).toEqual([name, true]);
    expect(readFileSync('.ci/run', 'utf8')).toMatch(/^npm run test:nodes -- --smoke \|\| status=\$\?$/m);
  });
});
