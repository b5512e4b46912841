#!/usr/bin/env node
import { existsSync } from 'node:fs';
import type { App } from './app/app';
import type { Config } from './config';
import { createLogger, describeDefect, flushed, type Logger, withoutWaiting } from './log';
import { growAsNeeded, startSmall } from './runtime/v8-tuning';
import { describeFaults, toJson } from './terminal/io';
import type { DemoUser } from './user-administration/demo-user';

/**
 * The process: the only file that reads the environment, hears signals and exits. The environment wins over `.env`.
 */
if (existsSync('.env')) process.loadEnvFile('.env');
process.umask(0o077); // whatever is made here is for this user alone

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

/** What takes time to load is loaded once the settings are known to be right: a wrong one is told at once. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'start') startSmall(process.versions.v8);
  const { loadConfig } = await import('./app/load-config');
  const settings = args[0] === 'start' ? loadConfig(process.env) : null;
  if (settings?.ok === false && args.length === 1) {
    process.stderr.write(`${describeFaults(settings.faults)}\n`);
    return 1;
  }
  const { runCli } = await import('./cli/cli');
  return runCli(args, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    nodeVersion: process.versions.node,
    readConfig: () => loadConfig(process.env),
    serve,
  });
}

/** How long load balancers have to notice that `/ready` says 503, in milliseconds. */
const drainMs = 1_000;
/** How long the reader of the log has for the last lines, in milliseconds. */
const flushTimeoutMs = 500;
/** The process is gone by then, whatever hangs. */
const exitTimeoutMs = 9_500;

/** With `json`, standard output has one JSON value and nothing else: the log goes to standard error. */
async function serve(config: Config, warnings: readonly string[], { json }: { readonly json?: boolean }): Promise<void> {
  const logOutput = json ? process.stderr : process.stdout;
  const logger = createLogger(config.logLevel, withoutWaiting(logOutput));
  const { findLooseFiles } = await import('./doctor/files');
  const loose = findLooseFiles(config).map(({ what, mend }) => `${what}: ${mend}`);
  for (const warning of [...warnings, ...loose]) logger.warn(warning);
  if (config.production && config.introspection) logger.warn('GraphQL introspection is on in production');
  const { app, demoUser } = await openGateway(config, logger).catch(async (error: unknown) => {
    const { describeSystemError } = await import('./cli/system-error');
    process.stderr.write(`Gatehouse cannot start: ${describeSystemError(error)}\n`);
    return process.exit(1);
  });
  growAsNeeded(process.versions.v8);

  let stopping = false;
  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) process.exit(1); // the second signal means now
    stopping = true;
    setTimeout(() => process.exit(1), exitTimeoutMs).unref();
    app.drain();
    await new Promise((resolve) => setTimeout(resolve, drainMs));
    await app.close();
    await flushed(logOutput, flushTimeoutMs);
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      logger.fatal({ defect: describeDefect(error) }, event); // its state is unknown: a supervisor starts another
      void stop(1);
    });

  const { describePlaces, placesOf } = await import('./app/startup-banner');
  const places = placesOf(config, app, demoUser);
  await flushed(logOutput, flushTimeoutMs); // what was logged before comes first
  process.stdout.write(json ? `${toJson(places)}\n` : describePlaces(places));
}

async function openGateway(config: Config, logger: Logger): Promise<{ readonly app: App; readonly demoUser: DemoUser | null }> {
  const { createApp } = await import('./app/app');
  const { createDemoUser } = await import('./user-administration/demo-user');
  const { retryWhileUnavailable } = await import('./retry');
  const app = await createApp(config, { logger });
  return { app, demoUser: config.demoUser ? await retryWhileUnavailable(() => createDemoUser(app.services)) : null };
}
