import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { flows } from '../../src/pages/explorer.flows';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const artefacts = 'test/artefacts';

const mailbox = createMailbox();
let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', mailbox.environment);
});
afterAll(() => house.close());

describe('the explorers', () => {
  it.each([
    ['/explorer', "script-src 'self';"],
    ['/graphql', "script-src 'self' https://embeddable-sandbox.cdn.apollographql.com;"],
  ])('are pages with a content policy each: %s', async (path, scripts) => {
    const response = await fetch(house.url + path, { headers: html });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(scripts);
    expect([response.headers.get('x-frame-options'), response.headers.get('cross-origin-opener-policy')]).toEqual(['DENY', 'same-origin']);
    expect(await response.text()).not.toMatch(/<script[^>]*>[^<]/); // a policy without 'unsafe-inline' would stop it
    if (path === '/explorer') expect(policy).not.toContain('unsafe-');
  });

  it('answer 405 to a query by GET, which names no HTML', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5']) {
      const response = await fetch(`${house.url}/graphql?query={__typename}`, { headers: { accept } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
      expect(response.headers.get('vary')).toBe('Origin, Accept');
    }
  });

  it('lead nowhere else in the file system', async () => {
    for (const path of ['/explorer/..%2fpackage.json', '/explorer/%2e%2e/package.json', '/explorer//etc/passwd', '/explorer/explorer.html'])
      expect((await fetch(house.url + path)).status).toBe(404);
  });

  it('are not there in production, and can be switched on', async () => {
    const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test' };
    const statuses = async (environment: Record<string, string>) => {
      const other = await openHouse('sqlite', environment);
      const paths = ['/explorer', '/explorer/explorer.js', '/explorer/flows.js', '/graphql'];
      const found = await Promise.all(paths.map(async (path) => (await fetch(other.url + path, { headers: html })).status));
      await other.close();
      return found;
    };
    expect(await statuses(production)).toEqual([404, 404, 404, 405]);
    expect(await statuses({ ...production, AUTH_EXPLORER: 'on' })).toEqual([200, 200, 200, 200]);
  });
});

describeInBrowser('in Chromium, /explorer', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(artefacts, { recursive: true });
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('runs every flow, signed in by the one before, with no header typed, no other host and no error', async () => {
    const { page, complaints } = await openPage(browser, { width: 1280, height: 800 });
    const authorizations: (string | undefined)[] = [];
    page.on('request', (request) => void authorizations.push(request.headers().authorization));
    let email = '';
    let isSignedIn = false;
    for (const { name, variables } of flows) {
      authorizations.length = 0;
      if (JSON.stringify(variables).includes('type the code of the mail')) await typeCode(page, name, email);
      const answer = await run(page, name);
      expect([name, answer.errors]).toEqual([name, undefined]);
      expect([name, authorizations.some((header) => header?.startsWith('Bearer '))]).toEqual([name, isSignedIn]);
      if (name === 'Register') email = answer.data.register.user.email;
      isSignedIn = name === 'Register' || (isSignedIn && name !== 'Log out');
      if (name === 'Who am I') await page.screenshot({ path: `${artefacts}/explorer-profile.png` });
    }
    expect(complaints).toEqual([]);
    expect((await run(page, 'Who am I')).errors[0].extensions.reason).toBe('MISSING');
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [1440, 'light'],
    [1440, 'dark'],
  ] as const)('fits %i pixels in the %s, and breaks no rule of WCAG 2.2 AA', async (width, colorScheme) => {
    const { page, complaints } = await openPage(browser, { width, height: 800 }, colorScheme);
    await run(page, 'Register');
    await page.getByText(/^Done: 200/).waitFor();
    await page.getByText('Schema', { exact: true }).click();
    await page.getByText('type User', { exact: true }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.screenshot({ path: `${artefacts}/explorer-${width}-${colorScheme}.png`, fullPage: true });
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is worked by a keyboard alone: arrows choose a document, Ctrl + Enter sends it', async () => {
    const { page } = await openPage(browser, { width: 1280, height: 800 });
    await page.keyboard.press('Tab');
    const focused = async () => page.evaluate('document.activeElement.textContent');
    const chosen = async () => page.getByRole('tab', { selected: true }).allTextContents();
    expect(await focused()).toBe('Register');
    for (const [key, name] of [
      ['ArrowRight', 'Log in'],
      ['ArrowLeft', 'Register'],
      ['ArrowLeft', 'New password'],
      ['ArrowRight', 'Register'],
      ['End', 'New password'],
      ['Home', 'Register'],
    ] as const) {
      await page.keyboard.press(key);
      expect([key, await focused(), await chosen()]).toEqual([key, name, [name]]);
    }
    await page.keyboard.press('Tab'); // past the other tabs, into the document
    expect(await page.evaluate('document.activeElement.name')).toBe('document');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Done: 200/).waitFor();
    expect(await page.getByRole('tabpanel', { name: 'Register' }).getByRole('textbox', { name: 'Answer' }).inputValue()).toContain(
      'guest-',
    );
    await page.close();
  });

  it('says what is wrong with variables that are no JSON, and sends nothing', async () => {
    const { page } = await openPage(browser, { width: 1280, height: 800 });
    const sent: string[] = [];
    page.on('request', (request) => void sent.push(request.url()));
    await page.getByRole('textbox', { name: 'Variables, in JSON' }).fill('{ "register": }');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Variables are no JSON.').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('variables');
    expect(sent).toEqual([]);
    await page.close();
  });

  it('lets a header that was typed win over the token of the last login', async () => {
    const { page } = await openPage(browser, { width: 1280, height: 800 });
    await run(page, 'Register');
    await page.getByText(/^Done: 200/).waitFor();
    await page.getByRole('tab', { name: 'Who am I' }).click();
    await page.getByText('Headers', { exact: true }).and(page.locator('summary:visible')).click();
    await page.getByRole('textbox', { name: 'Headers, in JSON' }).fill('{ "authorization": "Bearer typed" }');
    expect((await run(page, 'Who am I')).errors[0].extensions.reason).toBe('MALFORMED');
    await page.close();
  });

  it('says where the schema is not shown', async () => {
    const closed = await openHouse('sqlite', { AUTH_INTROSPECTION: 'off' });
    const page = await browser.newPage();
    await page.goto(`${closed.url}/explorer`);
    await page.getByText('Schema', { exact: true }).click();
    await page.getByText('The schema is not shown here').waitFor();
    await page.close();
    await closed.close();
  });

  it('is what Apollo Sandbox points to where its servers are out of reach', async () => {
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.route(/apollographql/, (route) => route.abort());
    await page.goto(`${house.url}/graphql`);
    const link = page.getByRole('link', { name: 'Open the explorer that needs no internet' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('/explorer');
    await page.screenshot({ path: `${artefacts}/sandbox-offline.png` });
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });

  it('signs Apollo Sandbox in as well: its embedding sends through the same script', async () => {
    const page = await browser.newPage();
    // In the place of Apollo's script, which only its own servers have: it keeps what the page hands over.
    const body = 'window.EmbeddedSandbox = class { constructor(options) { window.handed = options; } };';
    await page.route(/apollographql/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
    await page.goto(`${house.url}/graphql`);
    await page.waitForFunction('window.handed !== undefined');
    const send = (operationName: string) =>
      page.evaluate(`(async () => {
        const { initialEndpoint, initialState, handleRequest } = window.handed;
        const body = JSON.stringify({ query: initialState.document, variables: initialState.variables, operationName: '${operationName}' });
        const response = await handleRequest(initialEndpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return response.json();
      })()`) as Promise<{ data: Record<string, { username: string }> }>;
    await send('Register');
    await send('Login');
    expect((await send('Profile')).data.profile?.username).toMatch(/^guest-/);
    await page.close();
  });

  /** Opens it, and notes whatever a user would not want to see. */
  async function openPage(from: Browser, viewport: { width: number; height: number }, colorScheme: 'light' | 'dark' = 'light') {
    const page = await from.newPage({ viewport, colorScheme });
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => void complaints.push(error.message));
    page.on('request', (request) => void (request.url().startsWith(`${house.url}/`) || complaints.push(request.url())));
    await page.goto(`${house.url}/explorer`);
    await page.getByRole('tab', { name: 'Register', selected: true }).waitFor();
    return { page, complaints };
  }

  /** The code of the last mail, where the variables ask for it. */
  async function typeCode(page: Page, name: string, email: string): Promise<void> {
    await page.getByRole('tab', { name }).click();
    const field = page.getByRole('tabpanel', { name }).getByRole('textbox', { name: 'Variables, in JSON' });
    const { code } = await mailbox.next(email, name === 'New password' ? 'reset-code' : 'verify-code');
    await field.fill((await field.inputValue()).replace('type the code of the mail', code ?? ''));
  }

  /** Chooses a document and sends it. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  async function run(page: Page, name: string): Promise<any> {
    await page.getByRole('tab', { name }).click();
    const [response] = await Promise.all([
      page.waitForResponse(`${house.url}/graphql`),
      page.getByRole('tabpanel', { name }).getByRole('button', { name: 'Send' }).click(),
    ]);
    return response.json();
  }
});
