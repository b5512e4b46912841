import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts } from '../../src/mail/facts';
import { composeMessage, type Message } from '../../src/mail/message';
import { type MailKind, mailKinds } from '../../src/mail/texts/kinds';
import { localeOf, type MailLanguage, mailLanguages } from '../../src/mail/texts/languages';

const publicUrl = 'https://auth.example.com/id';
const link = `${publicUrl}/account/link/gatehouse_ml_${'Ab3_'.repeat(16)}`;
const createdAt = new Date('2026-11-26T19:31:12Z');

const usual: Facts = {
  username: 'kate',
  at: createdAt.toISOString(),
  network: '192.0.2.0/24',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  oldEmail: 'kate@example.com',
  newEmail: 'kate@example.org',
  deletesAt: '2026-12-26T19:31:12Z',
  provider: 'Example',
};

const compose = (kind: MailKind, language: MailLanguage, facts: Partial<Facts> = {}, linked: string | null = link): Message => {
  const proof = { code: '01234567', link: linked, createdAt, expiresAt: new Date('2026-11-26T20:01:12Z') };
  const draft = { id: '0b6f2d3e-8a51-4a0e-9d2f-1c2b3a4d5e6f', kind, recipient: 'kate@example.com', language, createdAt };
  return composeMessage({ ...draft, facts: { ...usual, ...facts }, proof }, { name: null, address: 'no-reply@example.com' }, publicUrl);
};

/** What a person sees of the HTML. */
const seen = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ');

const kinds = Object.keys(mailKinds) as MailKind[];
const all = kinds.flatMap((kind) => mailLanguages.map((language) => ({ kind, language })));

describe.each(all)('The mail $kind in $language', ({ kind, language }) => {
  const needs = mailKinds[kind];
  const mail = compose(kind, language);

  it('has the same code and link in text and HTML, those that it needs and no other', () => {
    const codes = (text: string) => text.match(/\b\d{4} \d{4}\b/g) ?? [];
    expect([codes(mail.text), codes(seen(mail.html))]).toEqual(needs.code ? [['0123 4567'], ['0123 4567']] : [[], []]);
    const addresses = [...mail.html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(needs.link ? [link, link] : []);
    expect(mail.text.match(/https?:\S+/g) ?? []).toEqual(needs.link ? [link] : []);
    expect([mail.code, mail.link]).toEqual([needs.code ? '01234567' : null, needs.link ? link : null]);
  });

  it('says in text whatever it says in HTML', () => {
    const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
    const inText = new Set(words(mail.text));
    const label = language === 'en' ? 'Or open this link' : 'Oder öffnen Sie diesen Link'; // in text the link stands by itself
    expect(words(seen(mail.html).replace(label, '')).filter((word) => !inText.has(word))).toEqual([]);
  });

  it('fetches nothing: no image, no font, no style sheet, no script', () => {
    expect(mail.html).not.toMatch(/<(img|link|script|iframe|object|embed|video|audio|source|form|base)\b|src=|url\(|@import|@font-face/i);
  });

  it('names the account, the time in UTC, the network and the browser', () => {
    const texts = [mail.text, seen(mail.html)];
    const expected =
      language === 'en'
        ? ['26 November 2026 at 19:31 UTC', '192.0.2.0/24', 'Firefox on Windows']
        : ['26. November 2026 um 19:31 UTC', '192.0.2.0/24', 'Firefox auf Windows'];
    for (const text of texts) for (const fact of ['kate', ...expected]) expect(text).toContain(fact);
  });

  it('has a subject without anything that somebody wrote, and says until when its code or link works', () => {
    const other = compose(kind, language, { username: 'somebody-else', newEmail: 'else@example.net', userAgent: 'curl/8' });
    expect(other.subject).toBe(mail.subject);
    const end = language === 'en' ? '30 minutes, until 26 November 2026 at 20:01 UTC' : '30 Minuten, bis 26. November 2026 um 20:01 UTC';
    expect(mail.text.includes(end)).toBe(needs.code || needs.link);
  });

  it('shows what is hostile as text in one line', () => {
    const hostile = compose(kind, language, {
      username: '<script>alert(1)</script>\r\nBcc: z@x.io\u202e',
      newEmail: '"><b onload=x>@x.io\u2028next',
      oldEmail: "'`&amp;@x.io\u0000",
      network: '<i>192</i>',
      userAgent: '<img src=x> https://evil.example log in here',
    });
    expect(hostile.html).not.toMatch(/<script|<b onload|<i>|<img|evil\.example/);
    expect(hostile.text).not.toMatch(/evil\.example|\r/);
    expect((hostile.html + hostile.text).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(hostile.text).not.toMatch(/^Bcc:/m);
    const lines = (text: string) => text.split('\n').length;
    expect(lines(hostile.text)).toBe(lines(mail.text) - 1); // the browser is not shown
  });

  it('speaks of no button where it has none', () => {
    const plain = compose(kind, language, {}, null);
    expect(plain.html).not.toContain('href=');
    expect(plain.text).not.toMatch(/button|knopf/i);
  });
});

describe('The name of a browser', () => {
  it.each([
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome on Linux'],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox on Android'],
    ['python-requests/2.32.3', 'python-requests'],
    ['curl/8.5.0', 'curl'],
  ])('of %s is %s', (userAgent, name) => {
    expect(compose('new-login', 'en', { userAgent }).text).toContain(`Browser: ${name}\n`);
  });

  it.each(['evil.example/1', 'see https://evil.example', '', 'Ваш аккаунт'])('is not shown of %j', (userAgent) => {
    expect(compose('new-login', 'en', { userAgent }).text).not.toContain('Browser:');
  });
});

describe('The language of a mail', () => {
  it.each([
    [['de', null, 'en'], 'de'],
    [['de-AT', null, null], 'de'],
    [[null, 'de', 'en'], 'de'],
    [[null, null, 'fr;q=1, de-CH;q=0.9, en;q=0.8'], 'de'],
    [['fr', 'pt-BR', 'de'], 'de'],
    [[null, null, 'en-GB,en;q=0.9,de;q=0.1'], 'en'],
    [['fr', null, 'ja'], 'en'],
    [[null, null, '*'], 'en'],
    [['', undefined, ';;;,q='], 'en'],
  ])('for the wishes %j is %s', (wishes, language) => {
    expect(localeOf(...wishes)).toBe(language);
  });
});

it('docs/mail.md lists every kind', () => {
  const text = readFileSync(join(__dirname, '../../docs/mail.md'), 'utf8');
  const rows = text.slice(text.indexOf('| kind |')).split('\n\n')[0] ?? '';
  const listed = rows.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, kind]) => kind));
  expect(listed).toEqual(Object.keys(mailKinds));
});
