import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What a process of its own prints: JSON. */
const runScript = (script: string, flags: readonly string[] = []): unknown =>
  JSON.parse(execFileSync(process.execPath, [...flags, '-e', script], { cwd: resolve('dist'), encoding: 'utf8' }));

describe('memory', () => {
  it('is not given to young objects by what a start makes, and is given to them afterwards', () => {
    const [small, grown] = runScript(`
      const { getHeapSpaceStatistics } = require('node:v8');
      const { growAsNeeded, startSmall } = require('./memory');
      const kept = [];
      const young = () => {
        for (let made = 0; made < 500_000; made += 1) kept.push({ made });
        return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size;
      };
      startSmall();
      const small = young();
      growAsNeeded();
      console.log(JSON.stringify([small, young()]));
    `) as [number, number];
    expect(small).toBeLessThan(4 * 1024 * 1024);
    expect(grown).toBeGreaterThan(16 * 1024 * 1024);
  });
});
