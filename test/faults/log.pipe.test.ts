import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { connect, Socket } from 'node:net';
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
  beforeEach(async () => {
    [read, url] = ['', ''];
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
  afterEach(() => {
    child.kill('SIGKILL');
    reader.destroy();
  });

  /** Requests behind one another on one connection, each with as long a line in the log as a client can make it. */
  const ask = async (times: number): Promise<void> => {
    const request = `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${'x'.repeat(64)}\r\n`;
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    let answers = '';
    socket.on('data', (text: string) => {
      answers += text;
    });
    socket.write(`${`${request}\r\n`.repeat(times - 1)}${request}Connection: close\r\n\r\n`);
    await once(socket, 'end');
    expect(answers.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(times);
  };

  /** The lines from `start` on, once the gateway has ended and nothing can follow. */
  const linesUntilTheEnd = async (start: number): Promise<Readonly<Record<string, unknown>>[]> => {
    const ended = Promise.all([once(child, 'exit'), once(reader, 'end')]);
    child.kill('SIGTERM');
    const [[code]] = await ended;
    expect(code).toBe(0);
    const lines = read.slice(start).split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  };
  const requestsIn = (lines: readonly Readonly<Record<string, unknown>>[]): number => lines.filter(({ msg }) => msg === 'request').length;

  it('is complete to the last line once somebody reads again', async () => {
    reader.pause();
    const before = read.length;
    await ask(1_200); // some 220 bytes a line
    expect(read.length).toBe(before);
    reader.resume();
    expect(requestsIn(await linesUntilTheEnd(before))).toBe(1_200);
    expect(read.length - before).toBeGreaterThan(65_536);
  });

  it('keeps a megabyte, answers all the same, and says how many lines were dropped', async () => {
    reader.pause();
    const before = read.length;
    let sent = 0;
    for (; sent < 7_000; sent += 500) await ask(500); // 1.6 MB
    expect((await fetch(`${url}/v1/profile`)).status).toBe(401);
    sent += 1;
    expect(read.length).toBe(before);
    reader.resume();
    for (let tries = 0; tries < 1_000 && !read.includes('log lines dropped'); tries += 1, sent += 1) await ask(1); // the next line that fits tells it
    const lines = await linesUntilTheEnd(before);
    const told = lines.filter(({ msg }) => msg === 'log lines dropped').map(({ lines: lost }) => Number(lost));
    const lost = told.reduce((sum, number) => sum + number, 0);
    expect(lost).toBeGreaterThan(1_000);
    expect(requestsIn(lines) + lost).toBe(sent);
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
