// Makes the pictures of docs/pages.md, with Chromium: `npm run build && node scripts/page-pictures.mjs`. TEST_CHROMIUM names another one.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './prisma-schemas.mjs';

const { startGatehouse } = createRequire(import.meta.url)('../dist/testing/index.js');
const folder = join(root, 'docs/pages');
mkdirSync(folder, { recursive: true });

const gatehouse = await startGatehouse();
const browser = await chromium.launch({
  executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const kate = await gatehouse.user({ verified: true });

/** The log-in, with a name. */
async function enter(options) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  await page.goto(`${gatehouse.url}/account/login`);
  await page.fill('#username', kate.username);
  return page;
}

async function logIn(page) {
  await page.fill('#password', kate.password);
  await page.click('button.main');
}

const wide = await enter({ viewport: { width: 900, height: 620 } });
await wide.screenshot({ path: join(folder, 'login.png') });
await logIn(wide);
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
const narrow = await enter({ viewport: { width: 360, height: 720 }, colorScheme: 'dark', userAgent: iphone });
await logIn(narrow);
await wide.goto(`${new URL(wide.url()).origin}/account/security`);
await wide.screenshot({ path: join(folder, 'security.png'), fullPage: true });
await narrow.goto(`${new URL(narrow.url()).origin}/account/events`);
await narrow.screenshot({ path: join(folder, 'events-dark.png'), fullPage: true });

await browser.close();
await gatehouse.close();
