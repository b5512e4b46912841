import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program of a package; gives what it printed, whatever its exit code. */
const run = (program: string, ...args: string[]): Promise<string> =>
  promisify(execFile)(process.execPath, [require.resolve(program), ...args], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    maxBuffer: 10_000_000,
  })
    .catch((error: { stdout: string }) => error)
    .then(({ stdout }) => stdout);

describe('openapi.json', () => {
  it("passes Redocly's recommended rules with no warning", async () => {
    const out = await run('@redocly/cli/bin/cli.js', 'lint', 'openapi.json', '--extends=recommended', '--format=json');
    const { totals, problems } = JSON.parse(out.slice(out.indexOf('{')));
    expect({ totals, problems }).toEqual({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
  });
});
