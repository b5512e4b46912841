import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgresql';
import { describeWhere } from './where';

/** A proxy's program on this machine: null where it is not here. And Debian's package that brings it. */
export interface ProxyProgram {
  readonly name: string;
  readonly path: string | null;
  readonly debian: string;
}

export const nginx: ProxyProgram = { name: 'nginx', path: findProgram('nginx', '-v'), debian: 'nginx-light' };
export const caddy: ProxyProgram = { name: 'Caddy', path: findProgram('caddy', 'version'), debian: 'caddy' };

/** `describe`, for what needs a proxy. */
export const describeBehind = ({ name, path, debian }: ProxyProgram, example: string, sentences: () => void): void =>
  describeWhere(path !== null, `no ${name} here; Debian: apt-get install ${debian}`)(`${example}, behind ${name}`, sentences);

/** Debian has programs where a user who is not root does not look. */
function findProgram(name: string, versionFlag: string): string | null {
  for (const program of [name, `/usr/sbin/${name}`])
    try {
      execFileSync(program, [versionFlag], { stdio: 'ignore' });
      return program;
    } catch {
      // the next place
    }
  return null;
}

/** The service behind a proxy: it keeps what reaches it. */
export interface ServiceBehind {
  readonly port: number;
  readonly seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  readonly close: () => Promise<void>;
}

export async function openServiceBehind(): Promise<ServiceBehind> {
  const seen: ServiceBehind['seen'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      response.end('from the service');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, seen, close };
}

export interface RunningProxy {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts a proxy in a folder of its own, on a free port, and waits until it answers. */
async function openProxy(
  start: (folder: string, port: number) => { program: string; args: string[]; signal: NodeJS.Signals },
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proxy-'));
  const port = await freePort();
  const { program, args, signal } = start(folder, port);
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswered(url, child, () => complaint);
  return {
    url,
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswered(url: string, child: ChildProcess, complaint: () => string): Promise<void> {
  for (let attempt = 0; attempt < 1_000 && child.exitCode === null; attempt += 1) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await sleep(25);
  }
  throw new Error(`the proxy did not start: ${complaint()}`);
}

/** Caddy with one site. */
export const openCaddy = (siteFor: (port: number) => string): Promise<RunningProxy> =>
  openProxy((folder, port) => {
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n}\n${siteFor(port)}`);
    return { program: caddy.path ?? '', args: ['run', '--config', file, '--adapter', 'caddyfile'], signal: 'SIGTERM' };
  });

/** nginx with `site` in its http block. `modules`: lines for the very top. */
export const openNginx = (siteFor: (folder: string, port: number) => string, modules = ''): Promise<RunningProxy> =>
  openProxy((folder, port) => {
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `${modules}\n${user} daemon off; pid ${join(folder, 'pid')}; error_log stderr; events {} http { access_log off; ${paths}\n${siteFor(folder, port)} }`,
    );
    return { program: nginx.path ?? '', args: ['-p', folder, '-c', file], signal: 'SIGQUIT' };
  });
