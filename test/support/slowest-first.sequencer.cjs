const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * The files that take longest, first: otherwise one of them runs last, and alone. Jest knows durations from the run before, and a fresh
 * machine has none. Files that start many processes stand apart from each other.
 */
const slowest = [
  'process/start',
  'tokens/rotation',
  'accounts/profile',
  'cli/cli',
  'docs/commands',
  'limits/login',
  'logs/canaries',
  'deployment/dockerfile',
  'process/life',
  'bench/bench',
];

module.exports = class SlowestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const first = slowest.flatMap((name) => sorted.filter(({ path }) => path.endsWith(`/test/${name}.test.ts`)));
    return [...first, ...sorted.filter((test) => !first.includes(test))];
  }
};
