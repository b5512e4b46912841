import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Chromium of the machine: playwright-core brings none. Null: the tests that need one are skipped, and say so. */
export const chromiumPath: string | null =
  [process.env.TEST_CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== '' && existsSync(path),
  ) ?? null;

/** `describe`, or its skipping form where there is no browser, with the way to get one in the title. */
export const describeInBrowser = (title: string, sentences: () => void): void =>
  chromiumPath === null
    ? describe.skip(`${title} (skipped: no Chromium; "apt-get install chromium", or set TEST_CHROMIUM to one)`, sentences)
    : describe(title, sentences);

/** Its sandbox refuses root, and containers have a small /dev/shm. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
