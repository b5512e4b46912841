const { TestEnvironment } = require('jest-environment-node');

/** What test files and shared modules hand to each other and ask `instanceof`: one class for both. */
const classes = { Date, Map, Set, Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Node's, for modules that are shared: see shared-modules.runtime.cjs. */
module.exports = class SharedModulesEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, classes);
    this.sharesModules = context.docblockPragmas['own-modules'] === undefined;
  }
};
