// The last lines of `npm test`: what was skipped and how to get it, and the counts over all tests.
module.exports = class ClosingLines {
  getLastError() {}

  onRunComplete(_contexts, results) {
    const lines = closingLines(results);
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
};

/** A test that is skipped says why in its title, or in the one of its group: "(skipped: …)". What `-t` leaves out is not told of. */
function closingLines({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, testResults }) {
  const skipped = new Map();
  for (const { status, ancestorTitles, title } of testResults.flatMap((file) => file.testResults)) {
    const why = status === 'pending' && [...ancestorTitles, title].find((each) => each.includes('(skipped: '));
    if (why) skipped.set(why, (skipped.get(why) ?? 0) + 1);
  }
  return [
    ...[...skipped].sort().map(([why, count]) => `not run, ${count}: ${why}`),
    `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests + numTodoTests} skipped`,
  ];
}

module.exports.closingLines = closingLines;
