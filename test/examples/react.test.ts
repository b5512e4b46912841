import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import * as otpauth from 'otpauth';
import type { Browser } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../support/browser';
import { logIn, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { freePort } from '../support/postgresql';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds as `vite build` does; the client comes from this tree, where an application has it in node_modules. */
const build = (root: string, outDir: string, gatehouse: string): void => {
  const script = `import { build } from 'vite';
    await build({ root: ${JSON.stringify(root)}, logLevel: 'warn', build: { outDir: ${JSON.stringify(outDir)}, emptyOutDir: true },
      resolve: { alias: { '@gatehouse/client': ${JSON.stringify(join(process.cwd(), 'packages/client/dist/esm/index.js'))} } } });`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_ENV: 'production', VITE_GATEHOUSE: gatehouse },
    stdio: 'pipe',
  });
};

interface FrontEnd {
  readonly folder: string;
  readonly origin: string;
  readonly close: () => void;
}

async function serveFolder(): Promise<FrontEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-react-'));
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, url === '/' ? 'index.html' : new URL(url, 'http://x').pathname);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? '' }).end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = (): void => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describeInBrowser('The React example', () => {
  const mailbox = createMailbox();
  let alone: FrontEnd;
  let withPages: FrontEnd;
  let house: House;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    [alone, withPages] = [await serveFolder(), await serveFolder()];
    origin = alone.origin;
    const port = String(await freePort());
    house = await openHouse('sqlite', {
      ...mailbox.environment,
      AUTH_CORS_ORIGINS: `${origin},${withPages.origin}`,
      PORT: port,
      PUBLIC_URL: `http://localhost:${port}`, // browsers keep the cookie of the pages there without TLS
    });
    build('examples/react', alone.folder, house.app.publicUrl);
    build('examples/react-pages', withPages.folder, house.app.publicUrl);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
    alone?.close();
    withPages?.close();
  });

  it('signs up, changes the profile, ends another device, survives a reload and signs out', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(origin);
    await page.getByRole('button', { name: 'I am new here' }).click();
    const username = uniqueName();
    const password = 'a quiet garden gate';
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('E-mail').fill(`${username}@example.com`);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('alert').filter({ hasText: 'password' }).waitFor();
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: `Hello ${username}` }).waitFor();

    await page.getByLabel('Name').fill('Kate Example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Hello Kate Example' }).waitFor();

    await logIn(house, { username, password });
    await page.reload();
    await page.getByRole('heading', { name: 'Hello Kate Example' }).waitFor();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
    await page.screenshot({ path: 'test/artefacts/react.png' });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('proves the address with the code of the mail, and sets a new password for one that was lost', async () => {
    const page = await browser.newPage();
    await page.goto(origin);
    await page.getByRole('button', { name: 'I am new here' }).click();
    const username = uniqueName();
    const email = `${username}@example.com`;
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('a quiet garden gate');
    await page.getByRole('button', { name: 'Sign up' }).click();

    await page.getByLabel('Code').fill('00000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Code').fill((await mailbox.next(email, 'verify-code')).code ?? '');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('We have sent a code').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Sign out' }).click();

    await page.getByRole('button', { name: 'I have lost my password' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code').fill((await mailbox.next(email, 'reset-code')).code ?? '');
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('alert').filter({ hasText: 'password' }).waitFor();
    await page.getByLabel('New password').fill('an open barn door');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill('an open barn door');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: `Hello ${username}` }).waitFor();
  });

  it('with the hosted pages: an account made there, a second factor added there, and a sign-in that is ended there', async () => {
    const page = await (await browser.newContext()).newPage();
    const [username, password] = [uniqueName(), 'a quiet garden gate'];
    const signIn = async (): Promise<void> => {
      await page.getByLabel('Username').fill(username);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.goto(withPages.origin);
    await page.getByRole('link', { name: 'I am new here' }).click();
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('E-mail address').fill(`${username}@example.com`);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor(); // back here
    await signIn();
    await page.getByRole('heading', { name: `Hello ${username}` }).waitFor();

    const person = await house.app.services.database.client.user.findFirstOrThrow({ where: { username } });
    await house.app.services.users.verifyEmail(person.id);
    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByRole('link', { name: 'Add an authenticator app' }).first().click();
    await page.getByRole('button', { name: 'Begin' }).click();
    const app = otpauth.URI.parse((await page.getAttribute('a[href^="otpauth:"]', 'href')) ?? '') as otpauth.TOTP;
    const code = () => app.generate({ timestamp: house.clock.now() });
    await page.getByLabel('Code from your authenticator app').fill(code());
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    house.clock.advance(31); // a code counts once

    await page.goto(withPages.origin);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn();
    await page.getByLabel('Code').fill(code());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: `Hello ${username}` }).waitFor();

    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByRole('button', { name: 'End the other one' }).click();
    await page.getByRole('status').waitFor();
    await page.goto(withPages.origin);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
