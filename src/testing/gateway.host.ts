import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../app/app';

/**
 * The process in which the gateways of a test run live, many in one: a second one costs a moment, and nothing of them is in the test's own
 * process, whose runner may have a module system of its own. It ends with that process, and takes its folders along.
 */

/** What the test's process asks. */
export interface Asked {
  readonly id: number;
  readonly start?: { readonly environment: Readonly<Record<string, string>> };
  readonly close?: { readonly gateway: number };
}

/** What it is answered. */
export interface Answered {
  readonly id: number;
  readonly started?: { readonly gateway: number; readonly url: string; readonly testUrl: string };
  readonly fault?: string;
}

interface Running {
  readonly app: App;
  readonly folder: string;
}

const gateways = new Map<number, Running>();
let template: Promise<string> | undefined;

/** An empty database of this version, to be copied. */
async function makeTemplate(): Promise<string> {
  const { migrate } = await import('../database/migrations/migrate');
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-testing-')), 'gatehouse.db');
  await migrate(`file:${file}`);
  return file;
}

async function start(environment: Readonly<Record<string, string>>): Promise<Running> {
  template ??= makeTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-testing-'));
  try {
    const file = join(folder, 'gatehouse.db');
    copyFileSync(await template, file);
    const { loadConfig } = await import('../app/load-config');
    const { createApp } = await import('../app/app');
    const { createLogger } = await import('../log');
    const result = loadConfig({ DATABASE_URL: `file:${file}`, ...environment });
    if (!result.ok) throw new Error(result.faults.map(({ variable, rule }) => `${variable} ${rule}`).join('\n'));
    return { app: await createApp(result.config, { logger: createLogger('silent') }), folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function close(gateway: number): Promise<void> {
  const running = gateways.get(gateway);
  if (running === undefined) return;
  gateways.delete(gateway);
  await running.app.close();
  rmSync(running.folder, { recursive: true, force: true });
}

async function answer({ id, start: wanted, close: ended }: Asked): Promise<Answered> {
  if (wanted !== undefined) {
    const running = await start(wanted.environment);
    gateways.set(id, running);
    const { publicUrl, testPort } = running.app;
    return { id, started: { gateway: id, url: publicUrl, testUrl: `http://127.0.0.1:${testPort}/test` } };
  }
  if (ended !== undefined) await close(ended.gateway);
  return { id };
}

async function end(): Promise<void> {
  for (const gateway of [...gateways.keys()]) await close(gateway).catch(() => {}); // the process ends anyhow
  if (template !== undefined) rmSync(join(await template, '..'), { recursive: true, force: true });
  process.exit(0);
}

process.on('message', (asked: Asked) => {
  answer(asked)
    .catch((error: unknown): Answered => ({ id: asked.id, fault: error instanceof Error ? error.message : 'it failed' }))
    .then((answered) => process.send?.(answered));
});
process.once('disconnect', () => void end());
