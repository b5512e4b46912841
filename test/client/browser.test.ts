import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../support/browser';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';

const esm = join(__dirname, '../../packages/client/dist/esm');

/** What a page's script has at hand, in the functions that run there. */
interface Window {
  open: (options: { url: string; ahead: number; locks: boolean }) => void;
  openWithCookie: (url: string) => void;
  resume: () => Promise<boolean>;
  login: (username: string, password: string, delivery?: 'COOKIE') => Promise<string>;
  ask: (times: number) => Promise<string[]>;
  logout: () => Promise<void>;
  isSignedIn: () => Promise<boolean>;
  states: { signedIn: boolean }[];
}
declare const window: Window;

const page = `<!doctype html><meta charset="utf-8"><title>tab</title><script type="module">
import { createGatehouse, ProfileDocument, webStorageTokenStore } from './client/index.js';
let gatehouse;
window.states = [];
window.open = ({ url, ahead, locks }) => {
  gatehouse = createGatehouse({ url, store: webStorageTokenStore(locks ? {} : { locks: null }), now: () => Date.now() + ahead * 1000 });
  gatehouse.onChange((state) => window.states.push(state));
};
window.openWithCookie = (url) => {
  gatehouse = createGatehouse({ url, credentials: 'include' });
};
window.resume = () => gatehouse.resume();
window.login = (username, password, delivery) => gatehouse.login({ username, password, delivery }).then(({ user }) => user.username);
window.ask = (times) => Promise.all(Array.from({ length: times }, async () => (await gatehouse.request(ProfileDocument)).profile.username));
window.logout = () => gatehouse.logout();
window.isSignedIn = () => gatehouse.isSignedIn();
window.ready = true;
</script>`;

/** The page and the compiled client as they are: no bundler between. */
const serve = (): Server =>
  createServer((request, response) => {
    const [, file] = /^\/client\/([\w.-]+\.js)$/.exec(request.url ?? '') ?? [];
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
    response.end(file ? readFileSync(join(esm, file)) : page);
  }).listen(0, '127.0.0.1');

describeInBrowser('Tabs of a real browser', () => {
  let server: Server;
  let house: House;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    server = serve();
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    house = await openHouse('sqlite', { AUTH_ACCESS_TOKEN_SECONDS: '120', AUTH_CORS_ORIGINS: origin, PUBLIC_URL: 'http://localhost' });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await house.close();
  });

  const openTab = async (context: BrowserContext, options: { ahead: number; locks: boolean }): Promise<Page> => {
    const tab = await context.newPage();
    await tab.goto(origin);
    await tab.waitForFunction('window.ready === true');
    await tab.evaluate((given) => window.open(given), { url: house.url, ...options });
    return tab;
  };

  it.each([
    ['refresh once for all of them, with Web Locks', true, 1],
    ['sign nobody out, with a lease in the storage', false, 3], // two may hold it at once: storage promises no order
  ])('%s', async (_what, locks, mostRefreshes) => {
    const person = await newPerson(house);
    const context = await browser.newContext();
    const refreshes: string[] = [];
    const problems: string[] = [];
    context.on('request', (request) => request.postData()?.includes('mutation Refresh') && refreshes.push(request.url()));
    context.on('weberror', (error) => problems.push(String(error.error())));
    const first = await openTab(context, { ahead: 0, locks });
    await first.evaluate(([username, password]) => window.login(username, password), [person.username, person.password] as const);

    house.clock.advance(200);
    const ahead = Math.round((house.clock.now() - Date.now()) / 1000);
    const tabs = await Promise.all([1, 2, 3].map(() => openTab(context, { ahead, locks })));
    const names = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.ask(20))));
    expect(new Set(names.flat())).toEqual(new Set([person.username]));
    expect(refreshes.length).toBeGreaterThanOrEqual(1);
    expect(refreshes.length).toBeLessThanOrEqual(mostRefreshes);

    await tabs[0]?.evaluate(() => window.logout());
    for (const tab of tabs.slice(1)) {
      await tab.waitForFunction(() => window.states.some(({ signedIn }) => !signedIn)); // told by the storage event
      expect(await tab.evaluate(() => window.isSignedIn())).toBe(false);
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  it('are signed in after a reload by the refresh cookie, which no script can read', async () => {
    const person = await newPerson(house);
    const context = await browser.newContext();
    const openPage = async (): Promise<Page> => {
      const tab = await context.newPage();
      await tab.goto(origin);
      await tab.waitForFunction('window.ready === true');
      await tab.evaluate((url) => window.openWithCookie(url), house.url);
      return tab;
    };
    const first = await openPage();
    expect(await first.evaluate(() => window.resume())).toBe(false);
    await first.evaluate(([name, password]) => window.login(name, password, 'COOKIE'), [person.username, person.password] as const);
    expect(await first.evaluate('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })')).toBe('{}');

    const tabs = await Promise.all([openPage(), openPage()]); // with one cookie, at once
    expect(await Promise.all(tabs.map((tab) => tab.evaluate(() => window.resume())))).toEqual([true, true]);
    for (const tab of tabs) expect(await tab.evaluate(() => window.ask(1))).toEqual([person.username]);
    await tabs[0]?.evaluate(() => window.logout());
    expect(await (await openPage()).evaluate(() => window.resume())).toBe(false);
    await context.close();
  });
});
