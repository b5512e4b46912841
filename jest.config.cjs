// The tests run what ships: `src/…` in a test is the compiled `dist/…`, worker threads included, and so are the packages.
module.exports = {
  testEnvironment: '<rootDir>/test/support/shared-modules.environment.cjs',
  runtime: '<rootDir>/test/support/shared-modules.runtime.cjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  moduleNameMapper: {
    '^(?:\\.\\./)+src/(.*)$': '<rootDir>/dist/$1',
    '^(?:\\.\\./)+packages/(client|verify)/src/(.*)$': '<rootDir>/packages/$1/dist/cjs/$2',
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true } }, sourceMaps: 'inline' }],
  },
  globalSetup: '<rootDir>/test/support/global.setup.ts',
  globalTeardown: '<rootDir>/test/support/global.teardown.ts',
  testSequencer: '<rootDir>/test/support/slowest-first.sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.cjs'],
  // For what hangs: sentences that start twenty processes took longer than a minute beside nine busy programs.
  testTimeout: 240_000,
  // A worker with nothing left open took 300 ms of Jest's 500 to exit on a busy machine: what is told of after this is a leak.
  workerGracefulExitTimeout: 10_000,
  maxWorkers: 2,
};
