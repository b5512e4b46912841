import type { Browser } from 'playwright-core';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

describe('GET /docs', () => {
  it('is a page with its own content policy', async () => {
    const answer = await fetch(`${house.url}/docs`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(answer.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect([answer.headers.get('x-frame-options'), answer.headers.get('cross-origin-opener-policy')]).toEqual(['DENY', 'same-origin']);
  });

  it.each([
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['start.js', 'text/javascript; charset=utf-8'],
    ['page.css', 'text/css; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
  ])('has its %s from the gateway itself', async (name, type) => {
    const answer = await fetch(`${house.url}/docs/${name}`);
    expect([answer.status, answer.headers.get('content-type'), (await answer.arrayBuffer()).byteLength > 300]).toEqual([200, type, true]);
  });

  it('is not there when the explorer is off, and the document is', async () => {
    const closed = await openHouse('sqlite', { AUTH_EXPLORER: 'off' });
    expect((await fetch(`${closed.url}/docs`)).status).toBe(404);
    expect((await fetch(`${closed.url}/openapi.json`)).status).toBe(200);
    await closed.close();
  });
});

describeInBrowser('The page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('shows each path once, registers, and then asks for the profile with no token typed, and no other host', async () => {
    const page = await browser.newPage();
    const [hosts, complaints]: [Set<string>, string[]] = [new Set(), []];
    page.on('request', (request) => /^https?:/.test(request.url()) && hosts.add(new URL(request.url()).origin));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${house.url}/docs`);

    await page.locator('.opblock-summary-path').first().waitFor();
    const paths = await page.locator('.opblock-summary-path').evaluateAll((all) => all.map((each) => each.getAttribute('data-path')));
    expect(paths).toContain('/v1/login');
    expect(paths.filter((path) => path !== null && paths.includes(`/v1${path}`))).toEqual([]);
    expect(await page.locator('.info').textContent()).toContain('/login is /v1/login'); // served without the prefix too

    const register = page.locator('#operations-Accounts-register');
    await register.locator('.opblock-summary-control').click();
    const username = uniqueName();
    await register
      .locator('textarea.body-param__text')
      .fill(JSON.stringify({ username, email: `${username}@x.io`, password: 'a quiet gate' }));
    await register.locator('button.execute').click();
    await register.locator('.live-responses-table .response-col_status').first().waitFor();

    const profile = page.locator('#operations-Profile-getProfile');
    await profile.locator('.opblock-summary-control').click();
    await profile.locator('button.execute').click();
    await profile.locator('.live-responses-table tr.response td.response-col_status').first().waitFor();
    expect(await profile.locator('.live-responses-table').textContent()).toContain(`"username": "${username}"`);
    expect([...hosts]).toEqual([house.url]);
    expect(complaints).toEqual([]);
    await page.screenshot({ path: 'test/artefacts/docs.png' });
    await page.close();
  });

  it.each([
    [320, 'light'],
    [1440, 'dark'],
  ] as const)(
    'follows the system, fits, and breaks no rule of WCAG 2.2 AA at %i pixels in the %s: with an operation answered and one open, with its dialog',
    async (width, colorScheme) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      await page.goto(`${house.url}/docs`);
      await page.locator('.opblock-summary-control').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
      expect(String(background) !== 'rgba(0, 0, 0, 0)').toBe(colorScheme === 'dark');

      const health = page.locator('#operations-Operation-health');
      await health.locator('.opblock-summary-control').click();
      await health.locator('button.execute').click();
      await health.locator('.live-responses-table tr.response td.response-col_status').first().waitFor();
      await page.locator('#operations-Accounts-register .opblock-summary-control').click();
      await page.locator('#operations-Accounts-register .body-param__text').waitFor();
      expect(await faultsOf(page)).toEqual([]);

      await page.locator('.btn.authorize').click();
      await page.getByRole('dialog').waitFor();
      expect(await faultsOf(page, '.dialog-ux')).toEqual([]);
      await page.screenshot({ path: `test/artefacts/docs-${width}-${colorScheme}.png` });
      await page.close();
    },
  );

  it('is worked by a keyboard: its dialog takes the focus, keeps it when it is filled in, and Escape gives it back', async () => {
    const page = await browser.newPage();
    await page.goto(`${house.url}/docs`);
    await page.locator('.btn.authorize').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    const inDialog = "document.querySelector('.modal-ux')?.contains(document.activeElement)";
    await page.waitForFunction(inDialog);
    await page.keyboard.type('a token');
    await page.keyboard.press('Enter');
    await page.getByText('Authorized', { exact: true }).waitFor();
    await page.waitForFunction(inDialog);
    await page.keyboard.press('Escape');
    await page.waitForFunction("document.activeElement.matches('.btn.authorize')");
    await page.close();
  });
});
