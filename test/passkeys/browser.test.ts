/**
 * The example page with passkeys in a real browser, whose authenticator is Chromium's own virtual one: I1, I2, I3 and I13 of the design.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../support/browser';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { addVirtualAuthenticator } from '../support/virtual-authenticator';

describeInBrowser('a page with passkeys', () => {
  let house: House;
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;
  let kate: Person;

  beforeAll(async () => {
    house = await openHouse('sqlite', { PUBLIC_URL: 'http://localhost' });
    kate = await newPerson(house);
    const env = { ...process.env, GATEHOUSE: house.url, PORT: '0' };
    server = spawn(process.execPath, ['examples/passkeys/serve.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [address] = (await once(server.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    browser = await openBrowser();
    page = await browser.newPage();
    ({ devtools, authenticatorId } = await addVirtualAuthenticator(page));
    await page.goto(address.toString().trim());
  });
  afterAll(async () => {
    await browser.close();
    server.kill();
    await house.close();
  });

  const said = (text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const touching = (enabled: boolean) => devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  const typePassword = async () => {
    await page.getByLabel('Username').fill(kate.username);
    await page.getByLabel('Password').fill(kate.password);
    await press('Log in');
  };

  it('adds one, and not twice from one authenticator (I1)', async () => {
    await typePassword();
    await said('logged in');
    await press('Add a passkey');
    await said('added Passkey, with 10 recovery codes');
    await press('Add a passkey');
    await said('InvalidStateError');
    const rows = await house.app.services.database.client.passkey.findMany({ where: { userId: kate.id } });
    expect(rows.map(({ synced, verifiesUser }) => ({ synced, verifiesUser }))).toEqual([{ synced: false, verifiesUser: true }]);
  });

  it('logs in by a button, without a name (I2)', async () => {
    await touching(false);
    await press('Log out');
    await said('logged out');
    await touching(true);
    await press('Log in with a passkey');
    await said(`${kate.username} by hwk user`);
  });

  it('asks for it after a password (I13)', async () => {
    await touching(false);
    await press('Log out');
    await said('logged out');
    await typePassword();
    await touching(true);
    await said('logged in');
  });

  it('logs in from the list of autofill (I3)', async () => {
    await press('Log out');
    await said(`autofill: ${kate.username} by hwk user`);
  });
});
