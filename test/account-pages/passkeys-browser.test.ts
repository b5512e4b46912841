/**
 * Passkeys on the pages in a browser whose authenticator is Chromium's own virtual one: I1, I2, I3, I11 and I13 of the design, and K1 and K2 in every
 * state that has a button for a passkey.
 */
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { faultsOf } from '../support/axe';
import { describeInBrowser, openBrowser } from '../support/browser';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { freePort } from '../support/postgresql';
import { addVirtualAuthenticator } from '../support/virtual-authenticator';

const mailbox = createMailbox();

describeInBrowser('passkeys on the pages in a browser', () => {
  let house: House;
  let browser: Browser;
  let context: BrowserContext;
  let tab: Page;
  let devtools: CDPSession;
  let authenticatorId: string;
  let kate: Person;
  const complaints: string[] = [];

  beforeAll(async () => {
    const port = String(await freePort());
    house = await openHouse('sqlite', { ...mailbox.environment, PORT: port, PUBLIC_URL: `http://localhost:${port}` });
    kate = await newPerson(house);
    await house.app.services.users.verifyEmail(kate.id);
    browser = await openBrowser();
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 320, height: 700 } });
    // The virtual authenticator takes a passkey from the list by itself, so that no button could be pressed.
    const only = "async () => new URL(location.href).searchParams.has('autofill')";
    await context.addInitScript(`if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = ${only};`);
    tab = await context.newPage();
    tab.on('console', (message) => message.type() === 'error' && complaints.push(`${message.location().url} ${message.text()}`));
    tab.on('pageerror', (error) => complaints.push(error.message));
    ({ devtools, authenticatorId } = await addVirtualAuthenticator(tab));
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  const at = (path: string): string => `${house.app.publicUrl}/account${path}`;
  const open = async (path: string): Promise<void> => void (await tab.goto(at(path)));
  const press = (name: string) => tab.getByRole('button', { name, exact: true }).click();
  const follow = (name: RegExp) => tab.getByRole('link', { name }).click();
  const reached = (path: string) => tab.waitForURL((url) => url.href.split('?')[0] === at(path));
  const said = (text: string) => tab.getByRole('status').filter({ hasText: text }).first().waitFor();
  const rows = () => house.app.services.database.client.passkey.findMany({ where: { userId: kate.id } });
  const expectFine = async (state: string): Promise<void> => {
    const width = Number(await tab.evaluate('document.documentElement.scrollWidth'));
    expect([state, await faultsOf(tab), width]).toEqual([state, [], 320]);
  };
  const logOut = async (): Promise<void> => {
    await open('/logout');
    await press('Log out');
    await reached('/login');
  };
  const typePassword = async (): Promise<void> => {
    await tab.fill('#username', kate.username);
    await tab.fill('#password', kate.password);
    await press('Log in');
  };

  it('I1: adds one with a name, and not twice from one authenticator', async () => {
    await open('/login');
    await expectFine('a log-in with a passkey');
    await typePassword();
    await reached('');
    await open('/security');
    await press('Add a passkey');
    await reached('/passkey/add');
    await expectFine('a passkey to add');
    await tab.fill('#name', 'My phone');
    await press('Add a passkey');
    await reached('/recovery-codes');
    await said('Your passkey is added.');
    expect(await tab.locator('.codes li').count()).toBe(10);
    await press('I have kept them');
    await open('/security');
    await expectFine('a passkey in the list');
    expect(await rows()).toMatchObject([{ name: 'My phone', verifiesUser: true, synced: false }]);

    await press('Add a passkey');
    await reached('/passkey/add');
    await press('Add a passkey');
    await said('This device has a passkey for your account already.');
    await expectFine('a passkey that is there already');
    expect(await rows()).toHaveLength(1);
  });

  it('I2: logs in by a button, without a name, and says so when nothing was given', async () => {
    await logOut();
    await tab.evaluate("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))");
    await press('Log in with a passkey');
    await said('Your browser has given no passkey.');
    await expectFine('a log-in that was given none');
    await open('/login?return_to=/account/email');
    await press('Log in with a passkey');
    await reached('/email');
  });

  it('I3: logs in from the list of autofill', async () => {
    await logOut();
    await open('/login?autofill=1');
    await reached('');
  });

  it('I3: ends what waits in the list when the button is pressed', async () => {
    await logOut();
    await context.addInitScript(`
      const get = navigator.credentials?.get.bind(navigator.credentials);
      const held = ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      if (get) navigator.credentials.get = (options) => (options.mediation === 'conditional' ? held(options) : get(options));
    `);
    await open('/login?autofill=1');
    await press('Log in with a passkey');
    await reached('');
  });

  it('I13: takes it after a password, and as a fresh proof, and does what waited', async () => {
    await logOut();
    await typePassword();
    await reached('/login/second-factor');
    await expectFine('a passkey after a password');
    await press('Use your passkey');
    await reached('');
    house.clock.advance(601);
    await open('/recovery-codes');
    await press('Make new codes');
    await reached('/confirm');
    await expectFine('a passkey as a fresh proof');
    await press('Use your passkey');
    await reached('/recovery-codes');
    expect(await tab.locator('.codes li').count()).toBe(10);
  });

  it('asks who is there before the browser makes one, also on a page that has been open for long', async () => {
    await open('/passkey/add');
    house.clock.advance(601);
    await press('Add a passkey');
    await reached('/confirm');
    expect(await tab.textContent('main')).toContain('It adds a passkey to your account.');
    await press('Use your passkey');
    await reached('/passkey/add');
  });

  it('K2: is found nothing wrong with in the dark and in German, and tells of a passkey that does not open the account', async () => {
    await house.app.services.database.client.passkey.updateMany({ where: { userId: kate.id }, data: { publicKey: 'AAAA' } });
    await logOut();
    await tab.emulateMedia({ colorScheme: 'dark' });
    await press('Log in with a passkey');
    await tab.getByRole('alert').filter({ hasText: 'This passkey does not open the account here.' }).waitFor();
    expect(await tab.title()).toMatch(/^Error: /);
    await expectFine('a passkey that was refused, in the dark');
    const german = await (await browser.newContext({ locale: 'de-DE', viewport: { width: 320, height: 700 } })).newPage();
    await german.goto(at('/login'));
    await german.evaluate("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))");
    await german.getByRole('button', { name: 'Mit einem Passkey anmelden' }).click();
    await german.getByRole('status').filter({ hasText: 'Ihr Browser hat keinen Passkey gegeben.' }).waitFor();
    expect(await faultsOf(german)).toEqual([]);
  });

  it('I11: is renamed, and removed, and opens nothing any more', async () => {
    await house.app.services.database.client.recoveryCode.deleteMany({ where: { userId: kate.id } });
    await house.app.services.database.client.passkey.deleteMany({ where: { userId: kate.id } });
    await open('/login');
    await typePassword();
    await reached('');
    await open('/passkey/add');
    await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    await press('Add a passkey');
    await reached('/recovery-codes');
    await press('I have kept them');
    await reached('/security');
    await follow(/^Change ?: Passkey$/);
    await reached('/passkey');
    await expectFine('a passkey to change');
    await tab.fill('#name', 'Old phone');
    await press('Save');
    await said('Your passkey has its new name.');
    await follow(/^Change ?: Old phone$/);
    await press('Remove the passkey');
    await said('Your passkey is removed.');
    expect(await rows()).toEqual([]);
    await logOut();
    await press('Log in with a passkey');
    await tab.getByRole('alert').filter({ hasText: 'This passkey does not open the account here.' }).waitFor();
  });

  it('has broken no rule of its pages, and written no error', () => {
    // The browser itself writes a line for each answer that refuses, and asks for an icon.
    const own = complaints.filter((line) => !/ the server responded with a status of 401| [^ ]*favicon|favicon\.ico /.test(line));
    expect(own).toEqual([]);
  });

  it('K1: says what it needs where there is no script', async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })).newPage();
    await plain.goto(at('/login'));
    expect(await plain.getByRole('button').allTextContents()).toEqual(['Log in']);
    await plain.getByText('A passkey needs JavaScript, which does not run here.').waitFor();
    await plain.fill('#username', kate.username);
    await plain.fill('#password', kate.password);
    await plain.getByRole('button').click();
    await plain.waitForURL(at(''));
    await plain.goto(at('/passkey/add'));
    expect(await plain.getByRole('button').count()).toBe(0);
    await plain.getByText('A passkey needs JavaScript, which does not run here.').waitFor();
  });
});
