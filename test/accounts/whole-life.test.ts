/**
 * An account from its first day to its last: two nodes on PostgreSQL, a mail server that speaks SMTP, and a browser without scripts for the links.
 */
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../support/browser';
import { doors, graphql, rest, uniqueName, whoAmI } from '../support/doors';
import { dumpOf } from '../support/dump';
import { type House, openHouse } from '../support/house';
import { type ReadMail, readMail } from '../support/mailbox';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { until } from '../support/until';

const day = 24 * 60 * 60;
const username = uniqueName();
const [home, work] = [`${username}@home.example`, `${username}@work.example`];
const [firstPassword, secondPassword, lastPassword] = ['a quiet garden gate', 'an open barn door', 'the last word said'];
const userAgent = `visitor-${username}`;

describeInBrowser('the whole life of an account', () => {
  let sink: SmtpSink;
  let north: House;
  let south: House;
  let browser: Browser;
  let page: Page;
  let id: string;

  beforeAll(async () => {
    sink = await openSmtpSink();
    const environment = { AUTH_MAIL_URL: sink.url };
    north = await openHouse('postgresql', environment);
    south = await openHouse('postgresql', environment, north);
    browser = await openBrowser(`MAP gatehouse.test:80 ${new URL(south.url).host}`);
    page = await (await browser.newContext({ javaScriptEnabled: false, userAgent })).newPage();
  });
  afterAll(async () => {
    await browser.close();
    await south.close();
    await north.close();
    await sink.close();
  });

  const asked = { 'user-agent': userAgent };
  const logIn = (house: House, password: string) => rest.send(house, 'login', { username, password }, undefined, asked);

  const given = new Set<string>();
  /** The next mail to this address with this subject, whatever else came. */
  async function mail(address: string, subject: string): Promise<ReadMail> {
    let found: ReadMail | undefined;
    await until(`a mail to ${address} says "${subject}"`, async () => {
      for (const { recipients, bytes, messageId } of sink.messages) {
        if (given.has(messageId) || !recipients.includes(address)) continue;
        const read = await readMail(bytes);
        if (read.subject !== subject) continue;
        given.add(messageId);
        found = read;
        return true;
      }
      return false;
    });
    return found as ReadMail; // `until` has thrown otherwise
  }

  /** Follows the link of a mail, and presses a button of its page. */
  async function press(told: ReadMail, button: string, newPassword?: string): Promise<void> {
    await page.goto(told.link ?? '');
    if (newPassword !== undefined) await page.getByLabel('New password').fill(newPassword);
    await page.getByRole('button', { name: button }).click();
  }
  const shown = (heading: string) => page.getByRole('heading', { level: 1, name: heading }).waitFor();

  it('begins: she registers, and proves her mailbox by the link', async () => {
    const { code, body } = await graphql.send(
      north,
      'register',
      { username, email: home, password: firstPassword, name: 'Kate Visitor' },
      undefined,
      asked,
    );
    expect(code).toBeNull();
    id = body.user.id;
    await press(await mail(home, 'Confirm your address'), 'Confirm the address');
    await shown('Your address is confirmed');
    expect((await rest.send(north, 'profile', undefined, body.accessToken)).body.emailVerified).toBe(true);
  });

  it('she loses the password, and sets another by the link: everybody who was in is out, on both nodes', async () => {
    const sessions = [await logIn(north, firstPassword), await logIn(south, firstPassword)].map(({ body }) => body);
    expect((await graphql.send(south, 'requestPasswordReset', { email: home })).code).toBeNull();
    await press(await mail(home, 'Set a new password'), 'Set the password', secondPassword);
    await shown('Your password is set');
    for (const house of [north, south]) {
      for (const { accessToken } of sessions) expect(await whoAmI(house, accessToken)).toBeNull();
      expect((await logIn(house, firstPassword)).code).toBe('INVALID_CREDENTIALS');
      expect((await logIn(house, secondPassword)).code).toBeNull();
    }
    await mail(home, 'Your password was reset');
  });

  it('she moves to another address, which counts once its code has come back', async () => {
    const { accessToken } = (await logIn(south, secondPassword)).body;
    const wanted = await graphql.send(south, 'requestEmailChange', { newEmail: work }, accessToken);
    expect((await rest.send(north, 'profile', undefined, accessToken)).body).toMatchObject({ email: home, pendingEmail: work });
    const { code } = await mail(work, 'Confirm your new address');
    const moved = await rest.send(north, 'confirmEmailChange', { attempt: wanted.body.attempt, code }, accessToken);
    expect([moved.code, moved.body.user.email]).toEqual([null, work]);
  });

  it('it was not she: the link to the old address takes it back and locks the account, and a reset opens it', async () => {
    const { accessToken } = (await logIn(north, secondPassword)).body;
    await press(await mail(home, 'Your address was changed'), 'This was not me');
    await shown('The account is locked');
    expect(await whoAmI(north, accessToken)).toBeNull();
    expect((await logIn(north, secondPassword)).code).toBe('PASSWORD_RESET_REQUIRED');
    const { link } = await mail(home, 'Set a new password');
    const reset = await rest.send(north, 'resetPassword', { token: link?.split('/').at(-1), newPassword: lastPassword });
    expect(reset.code).toBeNull();
    const back = await logIn(south, lastPassword);
    expect(back.body.user).toMatchObject({ id, email: home });
    const answers = (await rest.send(south, 'securityEvents', undefined, back.body.accessToken)).body;
    expect(JSON.stringify(answers)).toContain('email.changed');
  });

  it('she leaves, comes back by the link, and leaves for good', async () => {
    for (const isForGood of [false, true]) {
      const { accessToken } = (await logIn(north, lastPassword)).body;
      expect((await graphql.send(south, 'deleteAccount', undefined, accessToken)).code).toBeNull();
      expect(await whoAmI(north, accessToken)).toBeNull();
      expect((await logIn(south, lastPassword)).code).toBe('DELETION_SCHEDULED');
      const told = await mail(home, 'Your account is going to be deleted');
      if (isForGood) return;
      await press(told, 'I have changed my mind');
      await shown('The account stays');
    }
  });

  it('ends: after thirty days nothing of her is left but the ids of what happened', async () => {
    north.clock.advance(31 * day); // the clock of both nodes
    for (const { app } of [north, south]) await app.services.mailer?.sendDue();
    for (const { app } of [north, south]) await app.services.jobs.runDue();
    const { client } = north.app.services.database;
    expect(await client.user.count()).toBe(0);
    const dump = await dumpOf(north);
    for (const trace of [username, home, work, 'Kate Visitor', userAgent, '127.0.0.1']) expect(dump).not.toContain(trace);
    expect((await client.auditEvent.findMany({ where: { userId: id, event: 'account.erased' } })).length).toBe(1);
    for (const door of doors)
      expect((await door.send(south, 'login', { username, password: lastPassword })).code).toBe('INVALID_CREDENTIALS');
    expect((await graphql.send(south, 'register', { username, email: home, password: lastPassword })).code).toBeNull();
  });
});
