// What the scripts that photograph the hosted pages share: a gateway of their own, and Chromium. TEST_CHROMIUM names another one.
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { startGatehouse } = createRequire(import.meta.url)('../dist/testing/index.js');

export const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
export const computer = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

export async function openCamera() {
  const gatehouse = await startGatehouse();
  const browser = await chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return {
    gatehouse,
    /** A page of a browser of its own. */
    newPage: async (options) => (await browser.newContext({ locale: 'en-GB', ...options })).newPage(),
    close: async () => {
      await browser.close();
      await gatehouse.close();
    },
  };
}
