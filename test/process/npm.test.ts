import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newFolder } from '../support/process';

const root = join(__dirname, '../..');

describe('npm start', () => {
  let npm: ChildProcess | undefined;
  afterAll(() => void npm?.kill('SIGKILL'));

  it('ends the gateway with it at SIGTERM', async () => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', DATABASE_URL: `file:${join(newFolder(), 'gatehouse.db')}` };
    npm = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    const ready = new Promise<string>((resolve, reject) => {
      npm?.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${out}`)));
      npm?.stdout?.on('data', (text) => {
        out += String(text);
        const url = /^ {2}Health +(\S+)$/m.exec(out)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
    const health = await ready;
    expect((await fetch(health)).status).toBe(200);
    npm.removeAllListeners('exit');
    const closed = new Promise((done) => npm?.stdout?.once('close', done)); // whoever still runs holds it open
    npm.kill('SIGTERM');
    await closed;
    await expect(fetch(health)).rejects.toThrow();
  });
});

describe('npm pack', () => {
  it('fails where nothing was built, instead of making a package without a program', async () => {
    const folder = newFolder();
    for (const file of ['package.json', '.npmrc']) copyFileSync(join(root, file), join(folder, file));
    const pack = () => promisify(execFile)('npm', ['pack', '--loglevel=error'], { cwd: folder }); // `npm run --silent` hands its own on
    await expect(pack()).rejects.toMatchObject({ stderr: expect.stringContaining('dist/pack-into') });

    expect(readlinkSync(join(root, 'dist/pack-into'))).toBe('..'); // as the build has made it
    mkdirSync(join(folder, 'dist'));
    symlinkSync('..', join(folder, 'dist/pack-into'));
    await pack();
    expect(existsSync(join(folder, 'gatehouse-0.1.0.tgz'))).toBe(true);
  });
});
