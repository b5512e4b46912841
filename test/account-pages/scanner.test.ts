/**
 * F3 and C11 of the design, in a browser: whoever opens a mail's link, waits and follows what it leads to changes nothing, and its token is sent
 * nowhere else. F10: the link of one purpose is worth nothing for another.
 */
import type { Browser } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../support/browser';
import { snapshot } from '../support/codes';
import { everywhere, newPerson, type Person, rest, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox, type ReadMail } from '../support/mailbox';

const mailbox = createMailbox();

/** One mail of each purpose that an account can have at once. */
async function mailsOf(
  house: House,
  person: Person,
): Promise<Readonly<Record<'VERIFY' | 'RESET' | 'CHANGE' | 'LOGIN' | 'DISPUTE', ReadMail>>> {
  const newEmail = `${uniqueName()}@example.com`;
  await rest.send(house, 'requestEmailChange', { newEmail }, person.accessToken);
  await rest.send(house, 'requestPasswordReset', { email: person.email });
  await rest.send(house, 'requestLoginCode', { email: person.email });
  return {
    VERIFY: await mailbox.next(person.email, 'verify-code'),
    RESET: await mailbox.next(person.email, 'reset-code'),
    CHANGE: await mailbox.next(newEmail, 'change-code'),
    LOGIN: await mailbox.next(person.email, 'login-code'),
    DISPUTE: await mailbox.next(person.email, 'email-change-requested'),
  };
}

describeInBrowser('a browser that opens the link of a mail', () => {
  let house: House;
  let browser: Browser;
  beforeAll(async () => {
    house = await openHouse('sqlite', { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on' });
    browser = await openBrowser(`MAP gatehouse.test:80 ${new URL(house.url).host}`);
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  it('follows everything that the page leads to, and changes nothing (F3); no request leaves the page but to its own origin (C11)', async () => {
    const mails = Object.values(await mailsOf(house, await newPerson(house)));
    await mailbox.settled(house);
    const before = await snapshot(house);
    const page = await browser.newPage();
    const asked: { readonly url: URL; readonly referrer: string | undefined }[] = [];
    page.on('request', (request) => asked.push({ url: new URL(request.url()), referrer: request.headers().referer }));
    for (const { link } of mails) {
      const shown = await page.goto(link ?? '', { waitUntil: 'networkidle' });
      expect([shown?.status(), shown?.headers()['referrer-policy']]).toEqual([200, 'same-origin']);
      const leads = await page
        .locator('[href], [src]')
        .evaluateAll((elements) =>
          elements.map((element) => (element as { href?: string; src?: string }).href ?? (element as { src?: string }).src ?? ''),
        );
      expect(leads.length).toBeGreaterThan(0);
      for (const lead of leads) await page.goto(lead);
    }
    expect(asked.length).toBeGreaterThan(mails.length);
    expect(asked.filter(({ url }) => url.origin !== 'http://gatehouse.test').map(({ url }) => url.href)).toEqual([]);
    expect(asked.filter(({ referrer }) => referrer !== undefined && !referrer.startsWith('http://gatehouse.test/'))).toEqual([]);
    expect(await snapshot(house)).toBe(before);
  });
});

everywhere(
  'the link of a mail',
  (house, door) => {
    it('is worth nothing where another purpose is asked for, and stays good for its own (F10)', async () => {
      const person = await newPerson(house());
      const mails = await mailsOf(house(), person);
      await mailbox.settled(house());
      const before = await snapshot(house());
      const newPassword = 'correct horse battery staple';
      const takes = [
        ['VERIFY', 'verifyEmail', {}],
        ['RESET', 'resetPassword', { newPassword }],
        ['CHANGE', 'confirmEmailChange', {}],
      ] as const;
      const take = (operation: string, token: string | null, more: object) =>
        door.send(house(), operation, { token, ...more }, operation === 'confirmEmailChange' ? person.accessToken : undefined);
      for (const [wanted, operation, more] of takes)
        for (const [purpose, { token }] of Object.entries(mails))
          if (purpose !== wanted)
            expect([operation, purpose, (await take(operation, token, more)).code]).toEqual([operation, purpose, 'INVALID_CODE']);
      expect(await snapshot(house())).toBe(before);
      expect((await take('verifyEmail', mails.VERIFY.token, {})).code).toBeNull();
      expect((await take('resetPassword', mails.RESET.token, { newPassword })).code).toBeNull();
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on' },
);
