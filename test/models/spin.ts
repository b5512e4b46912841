import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Search {
  /** Whether an assertion can fail. */
  readonly failed: boolean;
  /** Whether every state was looked at: meant where none failed. */
  readonly exhaustive: boolean;
  readonly states: number;
  readonly report: string;
}

/** What is compiled in less time, or searched in less: the first for a model of few states. */
export type Optimisation = '-O0' | '-O1';

/** Searches a model of this folder with these names defined, by Spin (Debian's `spin`) and the C compiler that it needs. */
export async function search(model: string, names: readonly string[], optimisation: Optimisation): Promise<Search> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-model-'));
  const options = { cwd: folder, maxBuffer: 10_000_000 };
  try {
    await run('spin', ['-a', ...names.map((name) => `-D${name}`), join(__dirname, model)], options);
    await run('gcc', [optimisation, '-w', '-DSAFETY', '-DNOFAIR', '-o', 'pan', 'pan.c'], options);
    const { stdout: report } = await run('./pan', ['-m200000', '-w22'], options);
    const [, states = '0'] = /(\d+) states, stored/.exec(report) ?? [];
    return {
      failed: !/errors: 0\b/.test(report),
      exhaustive: !/max search depth too small|Search not completed|out of memory|hash-?compact|bit-?state/i.test(report),
      states: Number(states),
      report,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
