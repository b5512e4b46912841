// `npm run lock`: after a change of dependencies. npm leaves a platform's package out of the lock file when the registry
// in use does not have it, and then refuses the file in `npm ci`. This puts each in with its version and platform, so that
// a machine takes its own and skips the others.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prisma-schemas.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['android', 'darwin', 'win32', 'linux', 'freebsd', 'openharmony', 'sunos', 'aix', 'netbsd', 'openbsd'];
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

for (const name of missingNames())
  for (const [path, parent] of Object.entries(lock.packages)) {
    const version = parent.optionalDependencies?.[name]?.replace(/^[\^~]/, '');
    if (version === undefined) continue;
    const top = `node_modules/${name}`;
    const place = lock.packages[top] && lock.packages[top].version !== version ? `${path}/${top}` : top;
    lock.packages[place] ??= { version, ...platformOf(name), ...(parent.dev && { dev: true }), optional: true };
  }

// What npm has in its place, but without saying for which C library it was made: both would be installed.
for (const [path, entry] of Object.entries(lock.packages)) {
  const [, library] = /-(musl|gnu|musleabihf|gnueabihf)$/.exec(path) ?? [];
  if (library !== undefined && entry.os?.includes('linux')) entry.libc ??= [library.startsWith('musl') ? 'musl' : 'glibc'];
}

// An optional peer that the build brings would be taken for one that the server needs: `npm ci --omit=dev` installed a compiler and a
// command line of 200 MB, which nothing loads there.
for (const entry of Object.values(lock.packages))
  for (const [peer, { optional }] of Object.entries(entry.peerDependenciesMeta ?? {}))
    if (optional && ['prisma', 'typescript'].includes(peer)) {
      delete entry.peerDependencies?.[peer];
      delete entry.peerDependenciesMeta[peer];
    }

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** What `npm ci` says that the lock file lacks. */
function missingNames() {
  const { stderr } = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
  return [...stderr.matchAll(/Missing: (\S+)@ from lock file/g)].map(([, name]) => name);
}

/** Packages of this kind carry their platform in their name. */
function platformOf(name) {
  const words = name.replace(/^@[^/]+\//, '').split(/[-.]/);
  const os = systems.find((each) => words.includes(each)) ?? (name === 'fsevents' ? 'darwin' : undefined);
  const cpu = processors.find((each) => words.includes(each));
  if (os === undefined && cpu === undefined) throw new Error(`no platform in the name ${name}`);
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }), ...(words.includes('musl') && { libc: ['musl'] }) };
}
