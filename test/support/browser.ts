import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describeWhere } from './where';

/** Chromium of the machine: playwright-core brings none. Null: there is none. */
export const chromiumPath: string | null =
  [process.env.TEST_CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== '' && existsSync(path),
  ) ?? null;

/** `describe`, for what needs a browser. */
export const describeInBrowser = describeWhere(
  chromiumPath !== null,
  'no Chromium here; Debian: apt-get install chromium, or set TEST_CHROMIUM to one',
);

/** Its sandbox refuses root, and containers have a small /dev/shm. `rules`: where hosts are, as `MAP gatehouse.test:80 127.0.0.1:1234`. */
export const openBrowser = (rules?: string): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...(rules === undefined ? [] : [`--host-resolver-rules=${rules}`])],
  });
