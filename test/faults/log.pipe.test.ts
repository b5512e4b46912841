import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createLogger, flushed, withoutWaiting } from '../../src/log';
import { newFolder, program } from '../support/process';

describe('the log, when nobody reads it', () => {
  let child: ChildProcess;
  let reader: Socket;
  let read = '';
  let url = '';

  /** A pipe as a shell makes one, of 64 kB: those that Node makes for a child are sockets, and hold more. */
  beforeAll(async () => {
    const folder = newFolder();
    const pipe = join(folder, 'log');
    execFileSync('mkfifo', [pipe]);
    reader = new Socket({ fd: openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
    const writing = openSync(pipe, 'w');
    const env = { PATH: process.env.PATH, PORT: '0', AUTH_BCRYPT_COST: '10' };
    child = spawn(process.execPath, [program, 'start'], { cwd: folder, env, stdio: ['ignore', writing, 'inherit'] });
    closeSync(writing);
    reader.setEncoding('utf8').on('data', (text: string) => {
      read += text;
    });
    while (url === '') {
      await Promise.race([once(reader, 'data'), once(child, 'exit').then(() => Promise.reject(new Error(read)))]);
      const [, port] = /^ {2}Health +\S+:(\d+)\/health$/m.exec(read) ?? [];
      if (port !== undefined) url = `http://127.0.0.1:${port}`;
    }
  });
  afterAll(() => {
    child.kill('SIGKILL');
    reader.destroy();
  });

  const ask = async (times: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let from = 0; from < times; from += 20) {
      const some = Array.from({ length: 20 }, async () => (await fetch(`${url}/health`)).status);
      statuses.push(...(await Promise.all(some)));
    }
    return [...new Set(statuses)];
  };

  it('does not stop the gateway, and is complete to the last line once somebody reads again', async () => {
    reader.pause();
    expect(await ask(1_200)).toEqual([200]); // some 180 bytes a line
    const before = read.length;
    const ended = Promise.all([once(child, 'exit'), once(reader, 'end')]);
    reader.resume();
    child.kill('SIGTERM');
    const [[code]] = await ended;
    expect(code).toBe(0);
    expect(read.length - before).toBeGreaterThan(65_536);
    expect(read.match(/"msg":"request"/g)?.length).toBe(1_200);
  });
});

describe('a destination that nobody reads', () => {
  const write = (lines: number, stream: PassThrough) => {
    const logger = createLogger('info', withoutWaiting(stream));
    for (let line = 0; line < lines; line += 1) logger.info({ line, fill: 'x'.repeat(1_000) }, 'line');
    return logger;
  };

  it('takes a megabyte, drops the rest and says how many lines', async () => {
    const stream = new PassThrough();
    const logger = write(3_000, stream);
    expect(stream.writableLength).toBeLessThan(1.1 * 1024 * 1024);
    stream.resume();
    await flushed(stream, 10_000);
    const told: string[] = [];
    stream.on('data', (chunk) => told.push(String(chunk)));
    logger.info('next');
    await flushed(stream, 10_000);
    const [dropped, next] = told
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(dropped).toMatchObject({ level: 'warn', msg: 'log lines dropped', lines: expect.any(Number) });
    expect(dropped.lines).toBeGreaterThan(1_000);
    expect(next.msg).toBe('next');
  });

  it('is waited for no longer than it is told to', async () => {
    const stream = new PassThrough();
    write(100, stream);
    await flushed(stream, 1);
    expect(stream.writableLength).toBeGreaterThan(0);
  });

  it('that breaks is no defect', () => {
    const stream = new PassThrough();
    const logger = write(1, stream);
    stream.destroy(new Error('broken pipe'));
    expect(() => logger.info('next')).not.toThrow();
  });
});
