const { closingLines } = require('../support/closing-line.reporter.cjs') as { closingLines: (results: object) => string[] };

const outcome = (status: string, title: string, ...ancestorTitles: string[]) => ({ status, title, ancestorTitles });

it('the closing lines say what was not run and how to get it, and the counts over all tests', () => {
  const group = 'an example, behind nginx (skipped: no nginx here; Debian: apt-get install nginx-light)';
  const testResults = [
    { testResults: [outcome('pending', 'one', group), outcome('pending', 'two', group), outcome('passed', 'three')] },
    {
      testResults: [
        outcome('pending', 'in Python (skipped: no Python)', 'examples'),
        outcome('pending', 'left out by -t'),
        outcome('failed', 'x'),
      ],
    },
  ];
  const counts = { numPassedTests: 1, numFailedTests: 1, numRuntimeErrorTestSuites: 1, numPendingTests: 4, numTodoTests: 0 };
  expect(closingLines({ ...counts, testResults })).toEqual([
    `not run, 2: ${group}`,
    'not run, 1: in Python (skipped: no Python)',
    '1 passed, 2 failed, 4 skipped',
  ]);
});
