// Photographs a first visit to the hosted pages, step by step: register, prove the address, lose the password, end a stranger's session, leave.
// `npm run build && node scripts/first-visit.mjs [FOLDER]`: a picture a step, on a large screen in light and on a telephone in the dark.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computer, iphone, openCamera } from './page-camera.mjs';

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'first-visit-'));
mkdirSync(folder, { recursive: true });

const screens = [
  { name: 'large', username: 'kate', options: { viewport: { width: 1440, height: 900 }, userAgent: computer } },
  { name: 'small', username: 'paul', options: { viewport: { width: 320, height: 700 }, userAgent: iphone, colorScheme: 'dark' } },
];

const { gatehouse, newPage, close } = await openCamera();
try {
  for (const screen of screens) await visit(screen);
} finally {
  await close();
}
console.log(folder);

async function visit({ name, username, options }) {
  const page = await newPage(options);
  const email = `${username}@example.com`;
  let step = 0;
  const photograph = (what, of = page) => {
    step += 1;
    return of.screenshot({ path: join(folder, `${name}-${String(step).padStart(2, '0')}-${what}.png`), fullPage: true });
  };
  const link = (text, of = page) => of.getByRole('link', { name: text, exact: true }).first().click();
  const press = (text, of = page) => of.getByRole('button', { name: text }).first().click();
  const logIn = async (password, of = page) => {
    await of.getByLabel('Username or e-mail address').fill(username);
    await of.getByLabel('Password').fill(password);
    await press('Log in', of);
  };
  const codeOf = async (kind) => (await gatehouse.mailTo(email, { kind })).code;

  await page.goto(`${gatehouse.url}/account`);
  await photograph('log-in');
  await link('Make an account');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill('short');
  await press('Make the account');
  await photograph('a-short-password');
  await page.getByLabel('Password').fill('a quiet garden gate');
  await press('Make the account');
  await photograph('registered');

  await link('Confirm your address');
  await photograph('prove-the-address');
  await page.getByLabel('Code from the mail').fill(await codeOf('verify-code'));
  await press('Confirm the address');
  await photograph('proved');

  await link('Log out');
  await press('Log out');
  await photograph('logged-out');
  await link('Forgot your password?');
  await page.getByLabel('E-mail address').fill(email);
  await photograph('lost-password');
  await press('Send me a code');
  await photograph('code-on-its-way');
  await page.getByLabel('Code from the mail').fill(await codeOf('reset-code'));
  await page.getByLabel('New password').fill('correct horse battery staple');
  await press('Set the password');
  await photograph('new-password');
  await logIn('correct horse battery staple');

  const stranger = await newPage({ userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0' });
  await stranger.goto(`${gatehouse.url}/account`);
  await logIn('correct horse battery staple', stranger);
  await link('Security');
  await photograph('a-stranger');
  await press('End');
  await photograph('ended');
  await stranger.reload();
  await photograph('the-stranger-afterwards', stranger);
  await link('What happened');
  await photograph('what-happened');

  await link('Leave');
  await photograph('leave');
  await press('Delete my account');
  await photograph('left');
  await logIn('correct horse battery staple');
  await photograph('it-can-be-taken-back');
}
