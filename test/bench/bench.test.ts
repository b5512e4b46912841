import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyDatabase } from '../support/stage';

const run = promisify(execFile);
const script = (name: string) => join(__dirname, '../../bench', name);

/** Nothing is timed here: that a comparison starts, and that the strictness holds for some rounds. */
describe('the bench', () => {
  it('starts contenders that need nothing but our own packages, and asks each', async () => {
    const { stdout } = await run(process.execPath, [script('run.mjs'), '--check', '--contenders', 'fastify,gatehouse']);
    expect(stdout).toContain('fastify gatehouse answer');
  });

  it('finds nothing accepted after the answer that ended it: stopped nodes, cut lines, two writers without a server', async () => {
    const database = await copyDatabase('postgresql');
    const options = ['--rounds', '36', '--seed', '20261122', '--actors', '6', '--database', database];
    const { stdout } = await run(process.execPath, [script('strict.mjs'), ...options]); // ends with 1 also when it has shown nothing
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ rounds: 36, violations: 0 });
  });
});
