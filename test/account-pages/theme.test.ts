// K10 and K11 of the design: an operator's colours, logo and texts, checked at the start; every code and every event has a text.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { englishFailures } from '../../src/account-pages/texts/failures.en';
import { createSay, isTextKey, shippedTexts } from '../../src/account-pages/texts/say';
import { openTheme, ThemeError } from '../../src/account-pages/theme/open-theme';
import { checkThemeCss } from '../../src/account-pages/theme/theme-css';
import { catalogueOf } from '../../src/audit/event-description';
import { failures } from '../../src/errors';
import { features } from '../../src/features';
import { codeBlocks } from '../support/documents';
import { type House, openHouse } from '../support/house';
import { readStage } from '../support/stage';
import { createVisitor } from '../support/visitor';

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(readStage().folder, 'theme-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const faultsOf = (files: Readonly<Record<string, string>>): readonly string[] => {
  try {
    openTheme(folderWith(files));
    return [];
  } catch (error) {
    if (!(error instanceof ThemeError)) throw error;
    return error.faults;
  }
};

/** As it was in the first release: it has to render in every later one. */
const firstTheme = `:root {
  --brand: #7a1f5c; --on-brand: #fff; --ink: #222; --quiet: #555; --ground: #fafafa; --paper: #fff; --line: #ccc; --field: #777;
  --good: #060; --warn: #850; --bad: #a11; --radius: 2px; --font: Georgia, 'Times New Roman', serif;
}
@media (prefers-color-scheme: dark) { :root { --brand: #f0a6d4; } }`;

describe('a folder of AUTH_PAGES_DIR', () => {
  it('has every fault of it listed at once', () => {
    const faults = faultsOf({
      'theme.css': ':root { --brand: red; --colour: red; background: url(https://evil.example/x) } body { display: none }',
      'logo.svg': '<svg onload="alert(1)"><script>1</script></svg>',
      'en.json': '{"login.title": "Hello {name}", "login.titel": "x", "login.button": 1}',
      'de.json': '[]',
      'login.html': 'x',
    });
    expect(faults).toEqual(
      [
        'login.html: is none of theme.css, logo.svg, en.json, de.json',
        'en.json: login.title has {name}, which is not put in there',
        'en.json: login.titel is no text of the pages',
        'en.json: login.button must be a text of at most 2000 characters',
        'de.json: must be an object of texts, in JSON',
        'theme.css: --colour is no property of the pages',
        'theme.css: background is no property of the pages',
        'theme.css: has "body { display: none }": there may be :root { … } alone, and in @media (prefers-color-scheme: dark)',
        'logo.svg: must not have scripts, foreign objects or a document type',
        'logo.svg: must not have event handlers',
      ].sort((left, right) => faults.indexOf(left) - faults.indexOf(right)),
    );
  });

  it('is refused what asks elsewhere, or gets out of its place', () => {
    for (const value of ['url(//evil.example)', 'red}body{color:red', '"x', 'image-set("a")', 'red</style>', '\\75rl(x)'])
      expect([value, checkThemeCss(`:root { --brand: ${value} }`).length > 0]).toEqual([value, true]);
    for (const logo of [
      '<svg><image href="https://evil.example/x.png"/></svg>',
      '<svg><style>@import "x"</style></svg>',
      '<html></html>',
      '<!DOCTYPE svg><svg/>',
    ])
      expect([logo, faultsOf({ 'logo.svg': logo }).length > 0]).toEqual([logo, true]);
  });

  it('takes the example of docs/pages.md, and the theme of the first release', () => {
    const examples = codeBlocks('docs/pages.md').filter(({ language }) => language === 'css');
    expect(examples.map(({ code }) => checkThemeCss(code))).toEqual([[]]);
    expect(checkThemeCss(firstTheme)).toEqual([]);
  });

  it('names no folder: the start is refused', async () => {
    await expect(openHouse('sqlite', { AUTH_PAGES_DIR: '/nowhere/at/all' })).rejects.toThrow('the folder cannot be read');
  });
});

describe('K10: a themed gateway', () => {
  let house: House;
  beforeAll(async () => {
    const folder = folderWith({
      'theme.css': firstTheme,
      'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>',
      'en.json': '{"login.title": "Welcome <b>back</b>"}',
    });
    house = await openHouse('sqlite', { AUTH_PAGES_DIR: folder });
  });
  afterAll(() => house.close());

  it('serves its colours after ours, its logo as a picture, and its texts as text', async () => {
    const page = await createVisitor(house).get('/account/login');
    const assets = [...page.text.matchAll(/(?:href|src)="(\/account\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets.map((path) => path.split('?')[0])).toEqual([
      '/account/assets/page.css',
      '/account/assets/theme.css',
      '/account/assets/logo.svg',
    ]);
    const served = await Promise.all(assets.map((path) => fetch(house.url + path)));
    expect(served.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual([
      [200, 'text/css; charset=utf-8'],
      [200, 'text/css; charset=utf-8'],
      [200, 'image/svg+xml'],
    ]);
    expect(await served[1]?.text()).toBe(firstTheme);
    const raw = await (await fetch(`${house.url}/account/login`, { headers: { 'x-forwarded-host': 'gatehouse.test' } })).text();
    expect([raw.includes('<b>back'), page.title]).toEqual([false, 'Welcome <b>back</b> · gatehouse.test']);
  });

  it('chooses the language of the reader', async () => {
    const titles = await Promise.all(
      ['de-AT,de;q=0.9', 'fr, de;q=0.5', 'fr', 'en-GB'].map(
        async (accept) => (await createVisitor(house).get('/account/register', { 'accept-language': accept })).title,
      ),
    );
    expect(titles.map((title) => title.split(' · ')[0])).toEqual(['Konto anlegen', 'Konto anlegen', 'Make an account', 'Make an account']);
  });
});

describe('K11: the texts', () => {
  it('are there for every code and for every event that is shown, in every language', () => {
    for (const code of Object.keys(failures)) expect([code, Object.hasOwn(englishFailures, `failure.${code}`)]).toEqual([code, true]);
    for (const [event, { isShown }] of catalogueOf(features.list))
      if (isShown) expect([event, isTextKey(`event.${event}`)]).toEqual([event, true]);
    expect(Object.keys(shippedTexts.de)).toEqual(expect.arrayContaining(Object.keys(shippedTexts.en)));
  });

  it('have the same places in every language', () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const key of Object.keys(shippedTexts.en).filter(isTextKey))
      expect([key, places(shippedTexts.de[key])]).toEqual([key, places(shippedTexts.en[key])]);
  });

  it('put in what they are given, once', () => {
    expect(createSay(shippedTexts.en)('sessions.browserOn', { browser: '{system}', system: 'x' })).toBe('{system} on x');
  });
});

describe('AUTH_PAGES=off', () => {
  it('takes every path of theirs away', async () => {
    const house = await openHouse('sqlite', { AUTH_PAGES: 'off' });
    for (const path of ['/account', '/account/login', '/account/assets/page.css', '/account/link/x'])
      expect([path, (await fetch(house.url + path)).status]).toEqual([path, 404]);
    await house.close();
  });
});
