const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * The files that take longest, first: otherwise one of them runs last, and alone. Jest knows durations from the run before, and a fresh
 * machine has none. Beside the twenty starts at once stand two files that have patience: nothing in them is to be answered in 2 s.
 */
const slowest = [
  'process/start',
  'deployment/dockerfile',
  'docs/commands',
  'process/life',
  'logs/canaries',
  'bench/bench',
  'cli/cli',
  'tokens/rotation',
  'accounts/profile',
  'limits/login',
];

module.exports = class SlowestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const first = slowest.flatMap((name) => sorted.filter(({ path }) => path.endsWith(`/test/${name}.test.ts`)));
    return [...first, ...sorted.filter((test) => !first.includes(test))];
  }
};
