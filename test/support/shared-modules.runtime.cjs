const { createRequire, isBuiltin } = require('node:module');
const { join } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const ofTheGateway = /^(?:\.\.\/)+src\/(.*)$/;
const ofPackage = /^(?:\.\.\/)+packages\/(client|verify)\/src\/(.*)$/;

/**
 * What ships is loaded by Node itself, once a worker. Jest would load it anew for every test file: 1,250 modules, compiled, run and warmed
 * up each time. Our modules do nothing on import, so that a test file finds them as the first one did. Test files and test/support are
 * Jest's, as ever; so is everything in a file that begins with the pragma `@own-modules`: one that moves Jest's timers, or adds to a
 * registry of the whole process.
 */
module.exports = class SharedModulesRuntime extends Runtime {
  #shares;

  constructor(config, environment, ...rest) {
    super(config, environment, ...rest);
    this.#shares = environment.sharesModules;
  }

  requireModuleOrMock(from, name) {
    const [, path] = ofTheGateway.exec(name) ?? [];
    if (this.#shares && path !== undefined) return require(join(__dirname, '../../dist', path));
    const [, shared, file] = ofPackage.exec(name) ?? [];
    if (this.#shares && shared !== undefined) return require(join(__dirname, '../../packages', shared, 'dist/cjs', file));
    if (this.#shares && !name.startsWith('.') && !isBuiltin(name)) return createRequire(from)(name);
    return super.requireModuleOrMock(from, name);
  }
};
