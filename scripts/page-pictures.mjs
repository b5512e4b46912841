// Makes the pictures of docs/pages.md: `npm run build && node scripts/page-pictures.mjs`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { computer, iphone, openCamera } from './page-camera.mjs';
import { root } from './prisma-schemas.mjs';

const folder = join(root, 'docs/pages');
mkdirSync(folder, { recursive: true });

const { gatehouse, newPage, close } = await openCamera();
const kate = await gatehouse.user({ verified: true });

/** Somebody before the log-in, whose name is filled in. */
async function enter(options) {
  const page = await newPage(options);
  await page.goto(`${gatehouse.url}/account/login`);
  await page.fill('#username', kate.username);
  return page;
}

async function logIn(page) {
  await page.fill('#password', kate.password);
  await page.click('button.main');
}

const wide = await enter({ viewport: { width: 900, height: 620 }, userAgent: computer });
await wide.screenshot({ path: join(folder, 'login.png'), fullPage: true });
await logIn(wide);
const narrow = await enter({ viewport: { width: 360, height: 720 }, colorScheme: 'dark', userAgent: iphone });
await logIn(narrow);
await wide.goto(`${new URL(wide.url()).origin}/account/security`);
await wide.screenshot({ path: join(folder, 'security.png'), fullPage: true });
await narrow.goto(`${new URL(narrow.url()).origin}/account/events`);
await narrow.screenshot({ path: join(folder, 'events-dark.png'), fullPage: true });

await close();
