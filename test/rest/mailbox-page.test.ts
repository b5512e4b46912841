import { request } from 'node:http';
import type { Browser } from 'playwright-core';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { until } from '../support/until';

const mailbox = createMailbox();

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', { ...mailbox.environment, AUTH_EMAIL_VERIFICATION: 'off' }); // registering sends nothing
});
afterAll(() => house.close());

/** Answers of a host that is named so. */
const statusFor = (host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${house.url}/mailbox`, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });

async function changePassword(): Promise<{ username: string; email: string }> {
  const person = await newPerson(house);
  const input = { currentPassword: person.password, newPassword: 'another quiet gate' };
  await rest.send(house, 'changePassword', input, person.accessToken);
  return person;
}

describe('GET /mailbox', () => {
  it('has the mails that were sent, newest first, each with its link and its whole text', async () => {
    const [first, second] = [await changePassword(), await changePassword()];
    const mails = [await mailbox.next(first.email), await mailbox.next(second.email)];
    const read = async (): Promise<string> => (await fetch(`${house.url}/mailbox`)).text();
    await until('the page has both', async () => {
      const shown = await read();
      return [first, second].every(({ email }) => shown.includes(email));
    });
    const answer = await fetch(`${house.url}/mailbox`);
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    for (const { link, subject } of mails) {
      expect(page).toContain(`<a href="${link}">`);
      expect(page).toContain(`<h2>${subject}</h2>`);
    }
    expect(page.indexOf(second.email)).toBeLessThan(page.indexOf(first.email));
    expect(page).not.toMatch(/<script|src=|@import|url\(/);
  });

  it('is for names of this machine alone', async () => {
    expect(await Promise.all(['localhost', '127.0.0.1:4000', '[::1]'].map(statusFor))).toEqual([200, 200, 200]);
    expect(await Promise.all(['evil.example', 'gatehouse.test', 'localhost.evil.example'].map(statusFor))).toEqual([404, 404, 404]);
  });

  it('is named on the front page, and in its links', async () => {
    const page = await (await fetch(house.url, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('<a href="mailbox">');
    expect(page).toContain(`<code>${mailbox.environment.AUTH_MAIL_URL.slice('file:'.length)}</code>`);
    const { links } = (await (await fetch(house.url)).json()) as { links: Record<string, string> };
    expect(links.mailbox).toBe('http://gatehouse.test/mailbox');
  });

  it.each<[string, Record<string, string>]>([
    ['where mails go to a server', { AUTH_MAIL_URL: 'smtp://127.0.0.1:1' }],
    ['where there is no mail', { AUTH_MAIL_URL: 'off' }],
    ['in production', { ...mailbox.environment, NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test' }],
  ])('is not there %s', async (_where, environment) => {
    const other = await openHouse('sqlite', environment);
    expect((await fetch(`${other.url}/mailbox`)).status).toBe(404);
    if (!environment.NODE_ENV) expect(await (await fetch(other.url, { headers: { accept: 'text/html' } })).text()).not.toContain('mailbox');
    await other.close();
  });
});

describeInBrowser('The mailbox in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, %s and narrow, and fits', async (colorScheme) => {
    await changePassword();
    await mailbox.settled(house);
    const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 700 } });
    const page = await context.newPage();
    const blocked: string[] = [];
    page.on('console', (message) => void blocked.push(message.text()));
    await page.goto(`${house.url}/mailbox`);
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.click('summary');
    expect(await page.locator('details[open] pre').first().textContent()).toContain('Your password was changed');
    expect(blocked).toEqual([]); // its style is allowed
    await context.close();
  });
});
