// K2 to K5 and K12 of the design, in a browser: nothing that axe finds wrong, no request to elsewhere, no foreign form, no frame.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as otpauth from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { freePort } from '../support/postgresql';
import { type LocalProvider, providerClient, startProvider } from '../support/provider';
import { readStage } from '../support/stage';
import { until } from '../support/until';

const mailbox = createMailbox();

const fileOf = ({ issuer }: LocalProvider): string => {
  const file = join(mkdtempSync(join(readStage().folder, 'providers-')), 'providers.json');
  const client = { clientId: providerClient.id, clientSecret: { env: 'TEST_PROVIDER_SECRET' }, issuer };
  writeFileSync(file, JSON.stringify([{ id: 'acme', name: 'Acme', ...client }]));
  return file;
};

describeInBrowser('the pages in a browser', () => {
  let house: House;
  let provider: LocalProvider;
  let browser: Browser;
  let context: BrowserContext;
  let tab: Page;
  let kate: Person;
  const asked: string[] = [];
  beforeAll(async () => {
    const port = String(await freePort());
    provider = await startProvider([`http://localhost:${port}/account/login/with/acme/callback`]);
    house = await openHouse('sqlite', {
      ...mailbox.environment,
      AUTH_PROVIDERS: fileOf(provider),
      TEST_PROVIDER_SECRET: providerClient.secret,
      AUTH_EMAIL_LOGIN: 'on',
      AUTH_LIMIT_LOGIN: '5',
      PORT: port,
      PUBLIC_URL: `http://localhost:${port}`,
    });
    browser = await openBrowser();
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 320, height: 700 } });
    tab = await context.newPage();
    tab.on('request', (request) => asked.push(request.url()));
    kate = await newPerson(house);
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
    await provider.close();
  });

  const at = (path: string): string => `${house.app.publicUrl}/account${path}`;
  const open = async (path: string): Promise<void> => void (await tab.goto(at(path)));
  /** Everything that is wrong with the page as it stands, on a small telephone and on a large screen: what axe says, and whether it is wider. */
  const faults = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const width of [1_440, 320]) {
      await tab.setViewportSize({ width, height: 900 });
      const shown = Number(await tab.evaluate('document.documentElement.scrollWidth'));
      found.push(...(await faultsOf(tab)), ...(shown > width ? [`is ${shown} px wide on ${width}`] : []));
    }
    return found;
  };
  const expectFine = async (state: string): Promise<void> => expect([state, await faults()]).toEqual([state, []]);
  const submit = (name = 'main'): Promise<void> => tab.locator(`button.${name}`).first().click();
  const enterPassword = async (): Promise<void> => {
    await open('/login');
    await tab.fill('#username', kate.username);
    await tab.fill('#password', kate.password);
    await submit();
  };

  it('K2: are found nothing wrong with, before a log-in', async () => {
    for (const path of ['/login', '/login/code', '/register', '/forgot-password']) {
      await open(path);
      await expectFine(path);
    }
    await open('/login');
    await tab.fill('#username', kate.username);
    await tab.fill('#password', 'wrong-password');
    await submit();
    expect(await tab.title()).toMatch(/^Error: /);
    await expectFine('a wrong log-in');
    await open('/register');
    await tab.fill('#username', '...');
    await tab.fill('#email', 'nobody');
    await tab.fill('#password', 'short');
    await submit();
    await expectFine('a wrong registration');
    await open('/forgot-password');
    await tab.fill('#email', kate.email);
    await submit();
    await expectFine('a code on its way');
  });

  it('K2: are found nothing wrong with, where somebody has tried too often', async () => {
    const { username } = await newPerson(house);
    await open('/login');
    for (let times = 0; times < 6; times += 1) {
      await tab.fill('#username', username);
      await tab.fill('#password', 'wrong-password');
      await submit();
    }
    await tab.getByText('That was too often. Try again in 30 seconds.').waitFor();
    await expectFine('too many tries');
  });

  it('K2: are found nothing wrong with, after it, and log in a real browser', async () => {
    await enterPassword();
    expect(tab.url()).toBe(at(''));
    for (const path of [
      '',
      '/profile',
      '/email',
      '/password',
      '/security',
      '/events',
      '/export',
      '/delete',
      '/logout',
      '/confirm',
      '/verify-email',
    ]) {
      await open(path);
      await expectFine(path);
    }
    const { code } = await mailbox.next(kate.email, 'verify-code');
    await open('/verify-email');
    await tab.fill('#code', code ?? '');
    await submit();
    await open('/totp');
    await submit();
    await expectFine('an app to add');
    const uri = (await tab.getAttribute('a[href^="otpauth:"]', 'href')) ?? '';
    const app = otpauth.URI.parse(uri) as otpauth.TOTP;
    await tab.fill('#code', app.generate({ timestamp: house.clock.now() }));
    await submit();
    await expectFine('recovery codes');
    await submit();
    await expectFine('an app that is on');
  });

  it('K2: are found nothing wrong with in the dark, and in German', async () => {
    await tab.emulateMedia({ colorScheme: 'dark' });
    for (const path of ['', '/security', '/events', '/delete']) {
      await open(path);
      await expectFine(`${path} in the dark`);
    }
    const german = await browser.newContext({ locale: 'de-DE', colorScheme: 'dark', viewport: { width: 320, height: 700 } });
    tab = await german.newPage();
    await open('/register');
    await expectFine('Konto anlegen');
    await tab.fill('#username', '...');
    await tab.fill('#email', 'x');
    await tab.fill('#password', 'short');
    await submit();
    await expectFine('Fehler im Dunkeln');
    expect(await tab.textContent('#password-wrong')).toBe('Nehmen Sie mindestens 8 Zeichen.');
    tab = context.pages()[0] as Page;
  });

  it('K5: ask for nothing outside', () => {
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((url) => !url.startsWith(`${house.app.publicUrl}/account`))).toEqual([]);
  });

  it('link another provider from Security: the way there and back is no part of the form, whose policy judges every redirect', async () => {
    const person = await newPerson(house);
    await house.app.services.users.verifyEmail(person.id);
    const linking = await browser.newContext({ extraHTTPHeaders: { 'x-person': person.username } });
    const page = await linking.newPage();
    await page.goto(at('/login'));
    await page.fill('#username', person.username);
    await page.fill('#password', person.password);
    await page.click('button.main');
    await page.goto(at('/security'));
    await page.click('text=Link Acme');
    await page.waitForURL(at('/security?done=linked'));
    expect(await house.app.services.database.client.identity.count({ where: { userId: person.id } })).toBe(1);
    await linking.close();
  });

  it('K4: no foreign page logs somebody in, or out', async () => {
    const foreign = await browser.newContext();
    const page = await foreign.newPage();
    for (const [path, fields] of [
      ['/login', `<input name=do value=login><input name=username value="${kate.username}"><input name=password value="${kate.password}">`],
      ['/logout', '<input name=do value=logout>'],
    ]) {
      await page.goto('data:text/html,<title>elsewhere</title>'); // the page of before is ours, and what is put into it too
      await page.setContent(`<form method=post action="${at(path ?? '')}">${fields}<button>go</button></form>`);
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.click('button'),
      ]);
      expect([path, answer.status()]).toEqual([path, 403]);
    }
    expect(await foreign.cookies()).toEqual([]);
    await foreign.close();
  });

  it('K12: stand in no frame', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.setContent(`<iframe src="${provider.issuer}/framed"></iframe><iframe src="${at('/login')}"></iframe>`);
    await page.frameLocator('iframe >> nth=0').locator('pre').waitFor(); // somebody else's page does, who has not said no
    const ours = await page.locator('iframe').nth(1).elementHandle();
    const frame = await ours?.contentFrame();
    await frame?.waitForLoadState();
    expect([frame?.url(), await frame?.locator('form').count()]).toEqual(['chrome-error://chromewebdata/', 0]);
  });

  it('K2: are found nothing wrong with, where the database is out of reach', async () => {
    house.expectDefects();
    await open('');
    rmSync(sqliteFile(house.databaseUrl));
    await until('the gateway has seen that', async () => {
      house.clock.advance(2); // what was found out before is old
      return (await fetch(`${house.url}/ready`)).status === 503;
    });
    for (const path of ['', '/login', '/register']) {
      await open(path);
      await expectFine(`${path} without a database`);
    }
    await tab.fill('#username', 'kate');
    await tab.fill('#email', 'kate@example.com');
    await tab.fill('#password', 'a quiet garden gate');
    await submit();
    expect(await tab.title()).toMatch(/^Error: /);
    await expectFine('a registration without a database');
  });
});
