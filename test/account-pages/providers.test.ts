/** Other people's ways in on the hosted pages: the button, the way back, and what stands between (J and K of the design). */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { owner as passkeyOwner, withPasskeys } from '../passkeys/people';
import { newPerson, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { type LocalProvider, type ProviderPerson, providerClient, startProvider } from '../support/provider';
import { readStage } from '../support/stage';
import { createVisitor, enter, type Seen, type Visitor } from '../support/visitor';

let provider: LocalProvider;
let house: House;
let file = '';
beforeAll(async () => {
  const ways = ['acme', 'rogue'].flatMap((id) =>
    ['http', 'https'].map((scheme) => `${scheme}://gatehouse.test/account/login/with/${id}/callback`),
  );
  provider = await startProvider(ways);
  file = join(mkdtempSync(join(readStage().folder, 'providers-')), 'providers.json');
  const client = { clientId: providerClient.id, clientSecret: { env: 'TEST_PROVIDER_SECRET' }, issuer: provider.issuer };
  writeFileSync(
    file,
    JSON.stringify([
      { id: 'acme', name: 'Acme <b>', ...client, vouchesForEmail: true },
      { id: 'rogue', name: 'Rogue', ...client },
    ]),
  );
  house = await openHouse('sqlite', {
    ...createMailbox().environment,
    AUTH_PROVIDERS: file,
    TEST_PROVIDER_SECRET: providerClient.secret,
    AUTH_RETURN_ORIGINS: 'https://app.example',
  });
});
afterAll(async () => {
  await house?.close();
  await provider?.close();
});

const someone = (email?: string) => {
  const username = uniqueName();
  return {
    subject: username,
    username,
    claims: { email: email ?? `${username}@example.com`, email_verified: true, preferred_username: username },
  };
};

/** From the button to the provider and back: what the browser sees then. */
async function through(visitor: Visitor, who: ProviderPerson, path = '/account/login/with?provider=acme'): Promise<Seen> {
  const left = await visitor.get(path);
  const to = left.location ?? /http-equiv="refresh" content="0; url=([^"]+)"/.exec(left.text)?.[1] ?? '';
  expect(to.slice(0, provider.issuer.length)).toBe(provider.issuer);
  return visitor.get(`/account/login/with/acme/callback${await provider.visit(to, who)}`);
}

const prove = ({ id }: { readonly id: string }) =>
  house.app.services.database.client.user.update({ where: { id }, data: { emailVerifiedAt: new Date() } });

it('a button leads there, and whoever is new chooses a username and is led back to where they came from', async () => {
  const visitor = createVisitor(house);
  const login = await visitor.get('/account/login?return_to=https%3A%2F%2Fapp.example%2Fx');
  expect(login.text).toContain('Log in with Acme <b>');
  expect(login.text).toContain('/account/login/with?provider=acme&return_to=https%3A%2F%2Fapp.example%2Fx');
  const who = someone();
  const back = await through(visitor, who, '/account/login/with?provider=acme&return_to=https%3A%2F%2Fapp.example%2Fx');
  expect([back.status, back.location]).toEqual([303, '/account/login/username?return_to=https%3A%2F%2Fapp.example%2Fx']);
  const form = await visitor.get(back.location ?? '');
  expect(form.text).toContain(`value="${who.username}"`);
  const fields = { do: 'register', username: who.username, return_to: 'https://app.example/x' };
  expect((await visitor.submit('/account/login/username', fields)).location).toBe('https://app.example/x');
  expect((await visitor.get('/account')).text).toContain(who.username);
  const again = createVisitor(house);
  expect((await through(again, who)).location).toMatch(/^\/account\/login\?tried=1/);
  expect((await again.get('/account')).text).toContain(who.username);
});

it('an answer is worth nothing in a browser that has not begun, and a provider that says no is a page', async () => {
  const who = someone();
  const left = await createVisitor(house).get('/account/login/with?provider=acme');
  const answer = await provider.visit(left.location ?? '', who);
  const victim = createVisitor(house);
  expect((await victim.get(`/account/login/with/acme/callback${answer}`)).location).toBe('/account/login');
  await victim.get('/account/login/with?provider=acme');
  const crossed = await victim.get(`/account/login/with/acme/callback${answer}`);
  expect([crossed.status, crossed.code]).toEqual([400, 'INVALID_CODE']);
  const asked = await victim.get('/account/login/with?provider=acme');
  const state = new URL(asked.location ?? '').searchParams.get('state') ?? '';
  const no = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
  const refused = await victim.get(`/account/login/with/acme/callback?${no}`);
  expect([refused.status, refused.code]).toEqual([502, 'PROVIDER_FAILED']);
  expect((await victim.get('/account/login/with?provider=nobody')).status).toBe(400);
});

it('an answer at the page of another provider than the one that was asked counts nothing (mix-up)', async () => {
  const who = someone();
  const visitor = createVisitor(house);
  const left = await visitor.get('/account/login/with?provider=rogue');
  const asked = new URL(left.location ?? '');
  expect(asked.searchParams.get('redirect_uri')).toBe('http://gatehouse.test/account/login/with/rogue/callback');
  asked.searchParams.set('redirect_uri', 'http://gatehouse.test/account/login/with/acme/callback'); // as a hostile one leads to an honest one
  const answer = await provider.visit(asked.href, who);
  provider.tokens.length = 0;
  const crossed = await visitor.get(`/account/login/with/acme/callback${answer}`);
  expect([crossed.status, crossed.code]).toEqual([400, 'INVALID_CODE']);
  expect((await visitor.get(`/account/login/with/nobody/callback${answer}`)).code).toBe('INVALID_CODE');
  expect(provider.tokens).toEqual([]);
  const back = await visitor.get(`/account/login/with/rogue/callback${await provider.visit(left.location ?? '', who)}`);
  expect(back.location).toBe('/account/login/username'); // and is still under way where it was begun
});

it('the account of an equal address is linked once its password was shown', async () => {
  const owner = await newPerson(house);
  await prove(owner);
  const visitor = createVisitor(house);
  const who = someone(owner.email);
  const back = await through(visitor, who);
  expect(back.location).toBe('/account/login/link');
  const asked = await visitor.get('/account/login/link'); // somebody else may be logged in there
  expect(asked.text).toContain(`You come from Acme <b> as ${who.username}.`);
  const wrong = await visitor.post('/account/login/link', { do: 'link', password: 'not the password' });
  expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  await visitor.submit('/account/login/link', { do: 'link', password: owner.password });
  expect((await visitor.get('/account/security')).text).toContain(owner.email);
  expect(await house.app.services.database.client.identity.count({ where: { userId: owner.id } })).toBe(1);
});

it('the account of an equal address is linked once a passkey of its was shown', async () => {
  const secure = await openHouse('sqlite', { ...house.environment, ...withPasskeys });
  const kate = await passkeyOwner(secure);
  const visitor = createVisitor(secure);
  expect((await through(visitor, someone(kate.email))).location).toBe('/account/login/link');
  const page = await visitor.get('/account/login/link');
  expect([page.text.includes('id="passkey"'), page.headers.get('content-security-policy')]).toEqual([
    true,
    expect.stringContaining("script-src 'self'"),
  ]);
  const options = JSON.parse((await visitor.post('/account/login/link', { do: 'options' })).text);
  const form = { do: 'passkey', passkey: JSON.stringify(kate.passkey.get(options)) };
  expect((await visitor.submit('/account/login/link', form)).title).toBe('Your account · gatehouse.test');
  expect(await secure.app.services.database.client.identity.count({ where: { userId: kate.id } })).toBe(1);
  await secure.close();
});

it('is linked and taken away under Security, from a form and a fresh session alone', async () => {
  const owner = await newPerson(house);
  await prove(owner);
  const visitor = await enter(house, owner);
  const count = () => house.app.services.database.client.identity.count({ where: { userId: owner.id } });
  expect((await visitor.get('/account/login/with?provider=acme')).location).toBe('/account'); // a link of somebody else's adds nothing
  house.clock.advance(11 * 60);
  const asked = await visitor.post('/account/security', { do: 'link', provider: 'acme' });
  expect(asked.location).toMatch(/^\/account\/confirm\?for=[\w-]{22}$/);
  const confirmed = await visitor.post('/account/confirm', {
    do: 'PASSWORD',
    password: owner.password,
    for: asked.location?.split('=').at(-1) ?? '',
  });
  expect(confirmed.location).toBe('/account/login/with');
  expect((await through(visitor, someone(), '/account/login/with')).location).toBe('/account/security?done=linked');
  expect(await count()).toBe(1);
  const [identity] = await house.app.services.database.client.identity.findMany({ where: { userId: owner.id } });
  const removed = await visitor.post('/account/security', { do: 'unlink', id: identity?.id ?? '' });
  expect([removed.location, await count()]).toEqual(['/account/security?done=unlinked', 0]);
});
