import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What a process of its own writes. */
function runScript(script: string): { readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['-e', script], { cwd: resolve('dist'), encoding: 'utf8' });
}

describe('memory', () => {
  it('is not given to young objects by what a start makes, and is given to them afterwards', () => {
    // The middle of many looks: V8 moves objects meanwhile, and has for a moment more pages than it decided to have.
    const { stdout } = runScript(`
      const { getHeapSpaceStatistics } = require('node:v8');
      const { growAsNeeded, startSmall } = require('./runtime/v8-tuning');
      const kept = [];
      const young = () => {
        const sizes = Array.from({ length: 21 }, () => {
          for (let made = 0; made < 50_000; made += 1) kept.push({ made });
          return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size;
        });
        return sizes.sort((left, right) => left - right)[10];
      };
      startSmall(process.versions.v8);
      const small = young();
      growAsNeeded(process.versions.v8);
      console.log(JSON.stringify([small, young()]));
    `);
    const [small, grown] = JSON.parse(stdout) as [number, number];
    expect(small).toBeLessThan(4 * 1024 * 1024);
    expect(grown).toBeGreaterThan(8 * 1024 * 1024);
  });

  it('of a V8 that nobody has tried is left alone, and no line is written about a flag', () => {
    const script = (version: string) => `
      require('node:v8').setFlagsFromString = (flag) => console.log(flag);
      const { growAsNeeded, startSmall } = require('./runtime/v8-tuning');
      startSmall('${version}');
      growAsNeeded('${version}');
    `;
    expect(runScript(script('15.0.1'))).toMatchObject({ stdout: '', stderr: '' });
    expect(runScript(script('14.6.202.34-node.40')).stdout.split('\n')).toHaveLength(5);
  });

  it('is tuned without a word of V8 on the Node version that runs this', () => {
    const script = `
      const { growAsNeeded, startSmall } = require('./runtime/v8-tuning');
      startSmall(process.versions.v8);
      growAsNeeded(process.versions.v8);
    `;
    expect(runScript(script)).toMatchObject({ stdout: '', stderr: '' });
  });
});
