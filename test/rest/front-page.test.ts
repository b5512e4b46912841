import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import type { Browser } from 'playwright-core';
import { createDemoUser } from '../../src/user-administration/demo-user';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { type House, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';

const browserAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const page = { headers: { accept: browserAccept } };

describe.each(databaseKinds)('GET / in development, on %s', (kind) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());

  it('is a page for a browser: what runs, where to go, and nothing that another host or a script has', async () => {
    const answer = await fetch(house.url, page);
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain(kind === 'sqlite' ? '<dd>SQLite</dd>' : '<dd>PostgreSQL</dd>');
    for (const path of ['account', 'explorer', 'graphql', 'docs', 'health', 'ready', 'openapi.json', 'schema.graphql'])
      expect(text).toContain(`<a href="${path}">`);
    expect(text).not.toMatch(/<script|src=|@import|url\(/);
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  it('names the demo user while that user is there, and never the password', async () => {
    expect(await (await fetch(house.url, page)).text()).not.toContain('demo user');
    const demo = await createDemoUser(house.app.services);
    const text = await (await fetch(house.url, page)).text();
    expect(text).toContain('a demo user, <strong>demo</strong>');
    expect(text).not.toContain(demo?.password);
    await house.app.services.database.client.user.updateMany({ data: { disabledAt: new Date(house.clock.now()) } });
    expect(await (await fetch(house.url, page)).text()).not.toContain('demo user');
  });
});

describe('GET /', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite');
  });
  afterAll(() => house.close());

  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['application/json, text/html;q=0.9', false],
    ['text/html;q=0', false],
    ['image/png', false],
    ['text/html', true],
    ['text/html, application/json;q=0.9', true],
    [browserAccept, true],
  ])('with Accept: %s: a page? %s', async (accept, isPage) => {
    const type = await typeOf(house.url, accept);
    expect(type).toBe(isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8');
  });

  it('is JSON with the name, the version and links that lead somewhere', async () => {
    const answer = await fetch(house.url);
    const { name, version, links } = (await answer.json()) as { name: string; version: string; links: Record<string, string> };
    expect([name, version]).toEqual(['gatehouse', '0.1.0']);
    expect(links).toEqual({
      graphql: 'http://gatehouse.test/graphql',
      rest: 'http://gatehouse.test/v1',
      explorer: 'http://gatehouse.test/explorer',
      sandbox: 'http://gatehouse.test/graphql',
      docs: 'http://gatehouse.test/docs',
      account: 'http://gatehouse.test/account',
      openapi: 'http://gatehouse.test/openapi.json',
      schema: 'http://gatehouse.test/schema.graphql',
      jwks: 'http://gatehouse.test/.well-known/jwks.json',
      health: 'http://gatehouse.test/health',
      ready: 'http://gatehouse.test/ready',
    });
    const { rest: _, account: __, ...pages } = links; // the pages of people lead whoever comes under another name to theirs
    for (const link of Object.values(pages)) expect((await fetch(house.url + new URL(link).pathname, page)).status).toBe(200);
  });

  it('is kept by no cache for whoever accepts something else, and answers HEAD alike', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(house.url, { ...page, method });
      expect([answer.headers.get('vary'), answer.headers.get('cache-control')]).toEqual(['Origin, Accept', 'no-cache']);
      expect([answer.headers.get('content-type'), (await answer.text()) === '']).toEqual(['text/html; charset=utf-8', method === 'HEAD']);
    }
  });

  it('writes nothing of a setting as markup', async () => {
    const odd = await openHouse('sqlite', { PUBLIC_URL: "http://localhost:4000/a'&b" });
    expect(await (await fetch(odd.url, page)).text()).toContain('curl http://localhost:4000/a&#39;&#38;b/v1/register');
    await odd.close();
  });

  it('links to no explorer and no schema where these are off', async () => {
    const closed = await openHouse('sqlite', { AUTH_EXPLORER: 'off', AUTH_INTROSPECTION: 'off', AUTH_DEMO_USER: 'off' });
    const text = await (await fetch(closed.url, page)).text();
    for (const path of ['explorer', 'graphql', 'docs', 'schema.graphql']) expect(text).not.toContain(`<a href="${path}">`);
    const { links } = (await (await fetch(closed.url)).json()) as { links: object };
    expect(Object.keys(links)).toEqual(['graphql', 'rest', 'account', 'openapi', 'jwks', 'health', 'ready']);
    await closed.close();
  });

  it('leads a browser to the pages for people in production, and is 404 for everybody else, or without them', async () => {
    const settings = { NODE_ENV: 'production', PUBLIC_URL: 'https://gatehouse.test', AUTH_EXPLORER: 'on' };
    const production = await openHouse('sqlite', settings);
    for (const method of ['GET', 'HEAD']) {
      const led = await fetch(production.url, { ...page, method, redirect: 'manual' });
      expect([led.status, led.headers.get('location')]).toEqual([302, 'https://gatehouse.test/account']);
    }
    expect((await fetch(production.url)).status).toBe(404);
    await production.close();
    const without = await openHouse('sqlite', { ...settings, AUTH_PAGES: 'off' });
    for (const init of [page, {}, { ...page, method: 'HEAD' }, { method: 'POST' }])
      expect((await fetch(without.url, init)).status).toBe(404);
    await without.close();
  });
});

/** By Node's own client, which sends no `Accept` of its own. */
const typeOf = (url: string, accept: string | undefined): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { headers: accept === undefined ? {} : { accept } }, (answer) => {
      answer.resume();
      resolve(answer.headers['content-type']);
    });
    asked.on('error', reject).end();
  });

describeInBrowser('The front page in a browser', () => {
  let house: House;
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync('test/artefacts', { recursive: true });
    house = await openHouse('sqlite');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [1440, 'light'],
    [1440, 'dark'],
  ] as const)('fits %i pixels in the %s, breaks no rule of WCAG 2.2 AA, and asks for nothing more', async (width, colorScheme) => {
    const opened = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    opened.on('console', (message) => void complaints.push(message.text()));
    opened.on('request', (asked) => void (asked.url().startsWith('data:') || complaints.push(asked.url())));
    await opened.goto(house.url);
    expect(complaints).toEqual([`${house.url}/`]);
    expect(await opened.evaluate('getComputedStyle(document.querySelector(".doors")).display')).toBe('grid'); // the policy lets the style in
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await opened.screenshot({ path: `test/artefacts/front-${width}-${colorScheme}.png`, fullPage: true });
    expect(await faultsOf(opened)).toEqual([]);
    await opened.close();
  });
});
