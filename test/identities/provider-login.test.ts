/**
 * Other people's ways in (J of the design): J1 to J15. One provider for the file, with a switch for each fault.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as otpauth from 'otpauth';
import { optionsOf, owner, withPasskeys } from '../passkeys/people';
import { type Answer, type Door, everywhere, newPerson, postGraphQL, rest, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import {
  type LocalProvider,
  type ProviderFault,
  type ProviderPerson,
  providerClient,
  signedByAnother,
  signedByNobody,
  signedWith,
  startProvider,
} from '../support/provider';
import { setUser } from '../support/set-user';
import { readStage } from '../support/stage';

const mailbox = createMailbox();
const folder = mkdtempSync(join(readStage().folder, 'providers-'));
const file = join(folder, 'providers.json');
const page = 'http://localhost:5173/callback';
const environment = { ...mailbox.environment, AUTH_PROVIDERS: file, TEST_PROVIDER_SECRET: providerClient.secret };

let provider: LocalProvider;
let other: LocalProvider;
beforeAll(async () => {
  provider = await startProvider([page]);
  other = await startProvider([page]);
  const client = { clientId: providerClient.id, clientSecret: { env: 'TEST_PROVIDER_SECRET' } };
  const openid = { ...client, issuer: provider.issuer };
  const github = (path: string) => `${provider.issuer}/github/${path}`;
  writeFileSync(
    file,
    JSON.stringify([
      { id: 'vouching', name: 'Vouching', ...openid, vouchesForEmail: true },
      { id: 'plain', name: 'Plain', ...openid },
      { id: 'trusted', name: 'Trusted', ...openid, vouchesForEmail: true, trustSecondFactor: true },
      { id: 'members', name: 'For members', ...openid, vouchesForEmail: true, registers: false },
      { id: 'other', name: 'Other', ...client, issuer: other.issuer, vouchesForEmail: true },
      {
        id: 'github',
        name: 'GitHub',
        kind: 'github',
        ...client,
        vouchesForEmail: true,
        issuer: `${provider.issuer}/github`,
        endpoints: { authorization: github('authorize'), token: github('token'), user: github('user'), emails: github('emails') },
      },
      {
        id: 'file',
        name: 'By a file',
        kind: 'oauth',
        ...client,
        authorizationEndpoint: github('authorize'),
        tokenEndpoint: github('token'),
        userEndpoint: github('user'),
        issuer: 'https://oauth.example.com',
        serverIssuer: `${provider.issuer}/github/login/oauth`,
        username: 'login',
      },
    ]),
  );
});
afterAll(async () => {
  await provider?.close();
  await other?.close();
});
afterEach(() => {
  provider.fault = null;
});

const visitorOf = (
  claims: Readonly<Record<string, unknown>> = {},
): ProviderPerson & { readonly email: string; readonly username: string } => {
  const username = uniqueName();
  const email = `${username}@example.com`;
  return { subject: `subject of ${username}`, email, username, claims: { email, email_verified: true, name: 'Kate', ...claims } };
};

interface Begun {
  readonly flow: string;
  readonly response: string;
}

/** Goes to the provider and comes back. */
async function begin(house: House, who: ProviderPerson, by = 'vouching', token?: string, door: Door = rest): Promise<Begun> {
  const started = await door.send(house, 'startProviderLogin', { provider: by, redirectUri: page }, token);
  expect([started.status, started.code]).toEqual([200, null]);
  const at = by === 'other' ? other : provider;
  return { flow: started.body.flow, response: await at.visit(started.body.url, who) };
}

const clientOf = (house: House) => house.app.services.database.client;
const identitiesOf = (house: House, subject: string) => clientOf(house).identity.findMany({ where: { subject } });
const userOf = (house: House, email: string) => clientOf(house).user.findUnique({ where: { emailKey: email } });

/** Whatever there is of it: nothing was written. */
async function expectNothingOf(house: House, who: ReturnType<typeof visitorOf>): Promise<void> {
  expect([await identitiesOf(house, who.subject), await userOf(house, who.email)]).toEqual([[], null]);
}

async function prove(house: House, id: string): Promise<void> {
  const { database } = house.app.services;
  await database.client.user.update({ where: { id }, data: { emailVerifiedAt: new Date(house.clock.now()) } });
  await database.notices.publish(database.client, 'user', [id]);
}

const methodsIn = (door: Door, ...methods: string[]) => (door === rest ? methods.map((method) => method.toLowerCase()) : methods);

everywhere(
  'logging in through another provider',
  (house, door) => {
    const complete = (begun: Begun, input: object = {}): Promise<Answer> =>
      door.send(house(), 'completeProviderLogin', { ...begun, ...input });
    const go = (input: object): Promise<Answer> => door.send(house(), 'completeLogin', input);
    /** A new account by the provider. */
    const newcomer = async (who = visitorOf(), by = 'vouching') => {
      const answer = await complete(await begin(house(), who, by), { username: who.username });
      expect([answer.status, answer.code]).toEqual([200, null]);
      return { who, id: answer.body.user.id as string, accessToken: answer.body.accessToken as string, body: answer.body };
    };

    it('makes an account, whose address is proved where the provider vouches, and knows it again (J1)', async () => {
      const { who, body } = await newcomer();
      expect(body.user).toMatchObject({ username: who.username, email: who.email, emailVerified: true, name: 'Kate' });
      expect(body.session.methods).toEqual(['fed']);
      const again = await complete(await begin(house(), who));
      expect([again.code, again.body.user.id]).toEqual([null, body.user.id]);
      expect(await identitiesOf(house(), who.subject)).toEqual([
        expect.objectContaining({ provider: 'vouching', issuer: provider.issuer, userId: body.user.id, email: who.email }),
      ]);
      const { body: profile } = await rest.send(house(), 'profile', undefined, again.body.accessToken);
      expect(profile.hasPassword).toBe(false);
      const refused = await door.send(house(), 'login', { username: who.username, password: 'any password at all' });
      expect([refused.status, refused.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    });

    it('asks for a username, proposes a free one, and takes it once (J1)', async () => {
      const taken = await newPerson(house());
      const who = visitorOf({ preferred_username: `${taken.username}@Example` });
      const asked = await complete(await begin(house(), who));
      expect([asked.status, asked.code, asked.body.suggestion]).toEqual([409, 'USERNAME_REQUIRED', `${taken.username}2`]);
      await expectNothingOf(house(), who);
      const { challenge } = asked.body;
      expect((await go({ challenge })).body.issues).toEqual([{ path: 'username', message: 'is required' }]);
      expect((await go({ challenge, username: taken.username })).code).toBe('USERNAME_TAKEN');
      const made = await go({ challenge, username: who.username });
      expect([made.code, made.body.user.username, made.body.user.emailVerified]).toEqual([null, who.username, true]);
      expect((await go({ challenge, username: who.username })).code).toBe('INVALID_CODE');
    });

    it('makes an account whose address is to be proved where the provider does not vouch (J2)', async () => {
      const { who, body } = await newcomer(visitorOf(), 'plain');
      expect(body.user.emailVerified).toBe(false);
      const { code, text } = await mailbox.next(who.email, 'verify-code');
      expect(text).toContain('It was made through Plain');
      const proved = await door.send(house(), 'verifyEmail', { code }, body.accessToken);
      expect([proved.code, proved.body.verified]).toEqual([null, true]);
      const events = await rest.send(house(), 'securityEvents', undefined, body.accessToken);
      const event = events.body.nodes.find(({ event: name }: { event: string }) => name === 'identity.linked');
      expect((await door.send(house(), 'disputeSecurityEvent', event.id, body.accessToken)).code).toBeNull();
      expect(await identitiesOf(house(), who.subject)).toEqual([]); // of whoever has the mailbox, and did not come from there
    });

    it.each([['true'], [1], [undefined], [false]])('counts an address as proved by true alone, and not by %j (J4)', async (verified) => {
      const { body } = await newcomer(visitorOf({ email_verified: verified }));
      expect(body.user.emailVerified).toBe(false);
    });

    it('takes an account that was never proved from whoever sat in it, and gives it to the mailbox (J2, J3)', async () => {
      const attacker = await newPerson(house());
      const { client } = house().app.services.database;
      const now = new Date(house().clock.now());
      await client.totp.create({ data: { userId: attacker.id, pendingSecret: 'sealed', createdAt: now } });
      await client.identity.create({
        data: {
          id: attacker.sessionId,
          userId: attacker.id,
          provider: 'x',
          issuer: 'https://x.example',
          subject: attacker.username,
          createdAt: now,
        },
      });
      const victim = { ...visitorOf({ email: attacker.email.toUpperCase() }), email: attacker.email };
      const entered = await complete(await begin(house(), victim));
      expect([entered.code, entered.body.user.id, entered.body.user.emailVerified]).toEqual([null, attacker.id, true]);
      expect((await rest.send(house(), 'login', attacker)).code).toBe('BAD_USER_INPUT');
      const { username, password } = attacker;
      expect((await rest.send(house(), 'login', { username, password })).code).toBe('INVALID_CREDENTIALS');
      expect((await rest.send(house(), 'profile', undefined, attacker.accessToken)).code).toBe('UNAUTHENTICATED');
      expect(await client.totp.count({ where: { userId: attacker.id } })).toBe(0);
      expect((await client.identity.findMany({ where: { userId: attacker.id } })).map(({ subject }) => subject)).toEqual([victim.subject]);
    });

    it('takes no account with a second factor, and a mailbox alone removes none: its passkeys stay', async () => {
      const owner = await newPerson(house());
      const { passkey } = clientOf(house());
      const row = { id: owner.sessionId, credentialId: owner.username, userId: owner.id, publicKey: 'a key', counter: 0, synced: false };
      await passkey.create({ data: { ...row, verifiesUser: true, name: 'Key', createdAt: new Date(house().clock.now()) } });
      const who = visitorOf({ email: owner.email });
      const asked = await complete(await begin(house(), who));
      expect([asked.status, asked.code, asked.body.methods]).toEqual([409, 'LINK_REQUIRED', methodsIn(door, 'PASSWORD')]);
      expect((await rest.send(house(), 'profile', undefined, owner.accessToken)).code).toBeNull();
      expect(await passkey.findUnique({ where: { id: row.id } })).toMatchObject({ verifiesUser: true });
      expect((await go({ challenge: asked.body.challenge, password: owner.password })).code).toBe('EMAIL_NOT_VERIFIED');
      expect((await userOf(house(), owner.email))?.emailVerifiedAt).toBeNull();
      await door.send(house(), 'requestPasswordReset', { email: owner.email });
      const { token } = await mailbox.next(owner.email, 'reset-code');
      expect((await door.send(house(), 'resetPassword', { token, newPassword: 'correct horse battery staple' })).code).toBeNull();
      expect(await passkey.findUnique({ where: { id: row.id } })).toMatchObject({ verifiesUser: false });
      const proved = await complete(await begin(house(), who)); // by the reset
      const second = await go({ challenge: proved.body.challenge, password: 'correct horse battery staple' });
      expect([proved.code, second.code, second.body.methods]).toEqual([
        'LINK_REQUIRED',
        'SECOND_FACTOR_REQUIRED',
        methodsIn(door, 'PASSKEY'),
      ]);
    });

    it('links no account by an equal address, but once its owner has logged in (J2)', async () => {
      for (const [by, isProved] of [
        ['vouching', true],
        ['plain', true],
      ] as const) {
        const owner = await newPerson(house());
        if (isProved) await prove(house(), owner.id);
        const who = visitorOf({ email: owner.email });
        const asked = await complete(await begin(house(), who, by));
        expect([asked.status, asked.code, asked.body.methods]).toEqual([409, 'LINK_REQUIRED', methodsIn(door, 'PASSWORD')]);
        expect(await identitiesOf(house(), who.subject)).toEqual([]);
        expect([asked.body.provider, asked.body.account]).toEqual([by, owner.email]);
        const { challenge } = asked.body;
        expect((await go({ challenge })).body.issues).toEqual([{ path: 'password', message: 'is required, or passkey' }]);
        expect((await go({ challenge, password: 'not the password' })).code).toBe('INVALID_CREDENTIALS');
        const linked = await go({ challenge, password: owner.password });
        expect([linked.code, linked.body.user.id, linked.body.user.emailVerified]).toEqual([null, owner.id, isProved]);
        expect((await identitiesOf(house(), who.subject)).map(({ userId }) => userId)).toEqual([owner.id]);
        expect((await mailbox.next(owner.email, 'identity-linked')).text).toMatch(by === 'plain' ? /Plain/ : /Vouching/);
        expect((await go({ challenge, password: owner.password })).code).toBe('INVALID_CODE');
        const again = await complete(await begin(house(), who, by));
        expect([again.code, again.body.user.id]).toEqual([null, owner.id]);
      }
    });

    it('links no account whose address nobody has proved by its password alone, wherever there is mail', async () => {
      const owner = await newPerson(house());
      const who = visitorOf({ email: owner.email, preferred_username: 'Kate there' });
      const asked = await complete(await begin(house(), who, 'plain'));
      expect([asked.code, asked.body.account]).toEqual(['LINK_REQUIRED', 'Kate there']);
      expect(asked.headers.get('ratelimit-policy')).toMatch(/^"register"/); // an address costs a try there, as at the door
      const refused = await go({ challenge: asked.body.challenge, password: owner.password });
      expect([refused.status, refused.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
      expect(await identitiesOf(house(), who.subject)).toEqual([]);
      const { code } = await mailbox.next(owner.email, 'verify-code');
      const { attempt } = refused.body;
      expect((await door.send(house(), 'verifyEmail', { attempt, code })).code).toBeNull();
      const again = await complete(await begin(house(), who, 'plain'));
      const linked = await go({ challenge: again.body.challenge, password: owner.password });
      expect([linked.code, linked.body.user?.id]).toEqual([null, owner.id]);
    });

    it('asks for the second factor, with the link too, which is made when the session begins (J12)', async () => {
      const owner = await newPerson(house());
      await prove(house(), owner.id);
      const started = await rest.send(house(), 'startTotp', undefined, owner.accessToken);
      const app = otpauth.URI.parse(started.body.uri) as otpauth.TOTP;
      const shown = () => app.generate({ timestamp: house().clock.now() });
      expect((await rest.send(house(), 'confirmTotp', { code: shown() }, owner.accessToken)).code).toBeNull();
      const who = visitorOf({ email: owner.email });
      const asked = await complete(await begin(house(), who));
      const second = await go({ challenge: asked.body.challenge, password: owner.password });
      expect([second.status, second.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
      expect(await identitiesOf(house(), who.subject)).toEqual([]);
      house().clock.advance(30);
      const done = await go({ challenge: second.body.challenge, totp: shown() });
      expect([done.code, done.body.session.methods]).toEqual([null, ['pwd', 'otp']]);
      expect(await identitiesOf(house(), who.subject)).toHaveLength(1);
      const later = await complete(await begin(house(), who));
      expect([later.status, later.code, later.body.methods]).toEqual([
        401,
        'SECOND_FACTOR_REQUIRED',
        methodsIn(door, 'TOTP', 'RECOVERY_CODE'),
      ]);
      house().clock.advance(30);
      const entered = await go({ challenge: later.body.challenge, totp: shown() });
      expect([entered.code, entered.body.session.methods]).toEqual([null, ['fed', 'otp']]);
      const waiting = (await complete(await begin(house(), who))).body.challenge as string;
      const [row] = await identitiesOf(house(), who.subject);
      const { accessToken } = owner;
      await rest.send(house(), 'reauthenticate', { password: owner.password, totp: shown() }, accessToken);
      const withdrawn = await rest.send(house(), 'unlinkIdentity', row?.id, accessToken);
      expect(withdrawn.code).toBeNull();
      house().clock.advance(30);
      for (const challenge of [waiting, waiting.split('.')[0]]) expect((await go({ challenge, totp: shown() })).code).toBe('INVALID_CODE'); // its word counts no more
      await clientOf(house()).identity.create({ data: row ?? ({} as never) });
      const trusted = { ...who, claims: { ...who.claims, amr: ['pwd', 'mfa'] } };
      expect((await complete(await begin(house(), trusted))).code).toBe('SECOND_FACTOR_REQUIRED');
      const both = await complete(await begin(house(), trusted, 'trusted'));
      expect([both.code, both.body.session?.methods]).toEqual([null, ['fed', 'mfa']]);
      expect((await complete(await begin(house(), who, 'trusted'))).code).toBe('SECOND_FACTOR_REQUIRED');
    });

    it('takes an answer with its own flow, once, for ten minutes (J6)', async () => {
      const who = visitorOf();
      const [first, second] = [await begin(house(), who), await begin(house(), who)];
      for (const response of [second.response, '', '?code=x', `${first.response}&state=x`])
        expect((await complete({ flow: first.flow, response }, { username: who.username })).code).toBe('INVALID_CODE');
      for (const flow of ['', 'x', first.flow.slice(0, -2), `${first.flow}A`, first.flow.replace('gatehouse_pf_', 'gatehouse_lc_')])
        expect((await complete({ flow, response: first.response }, { username: who.username })).code).toBe('INVALID_CODE');
      for (const flow of [`${first.flow}$1`, `${first.flow}=`, first.flow.replace(/.{4}$/, ' $&'), `${first.flow}$`]) {
        const state = createHash('sha256').update(flow).digest('base64url'); // spelt otherwise, and answered to so
        const response = first.response.replace(/state=[^&]+/, `state=${state}`);
        expect((await complete({ flow, response }, { username: who.username })).code).toBe('INVALID_CODE');
      }
      await expectNothingOf(house(), who);
      expect((await complete(first, { username: who.username })).code).toBeNull();
      expect((await complete(first, { username: who.username })).code).toBe('INVALID_CODE');
      house().clock.advance(601);
      expect((await complete(second)).code).toBe('INVALID_CODE');
    });

    it('knows nobody by the same subject at another issuer (J8)', async () => {
      const { who, id } = await newcomer();
      const namesake = { ...visitorOf(), subject: who.subject };
      const entered = await complete(await begin(house(), namesake, 'other'), { username: namesake.username });
      expect([entered.code, entered.body.user.id === id]).toEqual([null, false]);
      expect(await identitiesOf(house(), who.subject)).toHaveLength(2);
    });

    it('makes one account of twenty first log-ins at once (J11)', async () => {
      const who = visitorOf();
      const begun = await Promise.all(Array.from({ length: 20 }, () => begin(house(), who)));
      const answers = await Promise.all(begun.map((each) => complete(each, { username: who.username })));
      const refusals = answers.filter(({ code }) => code !== null).map(({ code }) => code);
      expect(refusals.filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
      const ids = new Set(answers.filter(({ code }) => code === null).map(({ body }) => body.user.id));
      expect([ids.size, (await identitiesOf(house(), who.subject)).length]).toEqual([1, 1]);
    });

    it('refuses somebody who is disabled as everybody else is refused (J14)', async () => {
      const { who, id } = await newcomer();
      await clientOf(house()).user.update({ where: { id }, data: { disabledAt: new Date(house().clock.now()) } });
      const refused = await complete(await begin(house(), who));
      expect([refused.status, refused.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    });

    it('makes no account where the provider is for members, or tells no address', async () => {
      const who = visitorOf();
      expect((await complete(await begin(house(), who, 'members'), { username: who.username })).code).toBe('FEATURE_DISABLED');
      const silent = visitorOf({ email: undefined });
      const failed = await complete(await begin(house(), silent), { username: silent.username });
      expect([failed.status, failed.code, failed.body.reason, failed.body.provider]).toEqual([
        502,
        'PROVIDER_FAILED',
        'NO_EMAIL',
        'vouching',
      ]);
      const odd = visitorOf({ email: 'no address' });
      expect((await complete(await begin(house(), odd), { username: odd.username })).body.reason).toBe('NO_EMAIL');
      await expectNothingOf(house(), who);
    });

    it('knows a user of GitHub by the number, and the primary address if it is verified there (J10)', async () => {
      const [id, username] = [Math.floor(Math.random() * 1e9), uniqueName()];
      const email = `${username}@example.com`;
      const emails = (verified: boolean) => [
        { email: `other-${email}`, primary: false, verified: true },
        { email, primary: true, verified },
      ];
      const visitor = { subject: 'GitHub does not ask' };
      provider.github = { user: { id, login: username }, emails: emails(false) };
      const made = await complete(await begin(house(), visitor, 'github'), { username });
      expect([made.code, made.body.user.email, made.body.user.emailVerified]).toEqual([null, email, false]);
      provider.github = { user: { id, login: `${username}-renamed` }, emails: emails(true) };
      const again = await complete(await begin(house(), visitor, 'github'));
      expect([again.code, again.body.user.id]).toEqual([null, made.body.user.id]);
      const [next, name] = [id + 1, uniqueName()];
      provider.github = { user: { id: next, login: username }, emails: [{ email: `${name}@example.com`, primary: true, verified: true }] };
      const namesake = await complete(await begin(house(), visitor, 'github'), { username: name });
      expect([namesake.code, namesake.body.user.emailVerified, namesake.body.user.id === made.body.user.id]).toEqual([null, true, false]);
      for (const wrong of [
        { ...provider.github, token: { error: 'bad_verification_code' } },
        { ...provider.github, user: { message: 'Bad credentials' } },
        { ...provider.github, iss: 'https://evil.example/login/oauth' },
      ]) {
        provider.github = wrong;
        const failed = await complete(await begin(house(), visitor, 'github'));
        expect([failed.status, failed.code, failed.body.provider]).toEqual([502, 'PROVIDER_FAILED', 'github']);
      }
    });

    it('knows a user of a provider by a file, whose address counts as proved by nobody', async () => {
      const username = uniqueName();
      provider.github = {
        user: { id: 7_000_000 + Math.floor(Math.random() * 1e6), login: username, email: `${username}@example.com` },
        emails: [],
      };
      const asked = await complete(await begin(house(), { subject: '' }, 'file'));
      expect([asked.code, asked.body.suggestion]).toEqual(['USERNAME_REQUIRED', username]);
      const made = await go({ challenge: asked.body.challenge, username });
      expect([made.code, made.body.user.emailVerified]).toEqual([null, false]);
    });

    it('tells a form which providers there are', async () => {
      const { body } = await door.send(house(), 'authConfig');
      expect(body.providers.slice(0, 2)).toEqual([
        { id: 'vouching', name: 'Vouching', startUrl: 'http://gatehouse.test/account/login/with?provider=vouching' },
        { id: 'plain', name: 'Plain', startUrl: 'http://gatehouse.test/account/login/with?provider=plain' },
      ]);
      expect(body.loginMethods).toEqual(methodsIn(door, 'PASSWORD', 'PROVIDER'));
      const wrong = await door.send(house(), 'startProviderLogin', { provider: 'nobody', redirectUri: 'https://evil.example/callback' });
      expect(wrong.body.issues.map(({ path }: { path: string }) => path)).toEqual([
        'provider',
        door === rest ? 'redirect_uri' : 'redirectUri',
      ]);
      for (const redirectUri of [
        'https://evil.example',
        `${page}?next=x`,
        `${page}#x`,
        'http://u:p@localhost:5173/',
        '/callback',
        'javascript:alert(1)',
      ])
        expect((await door.send(house(), 'startProviderLogin', { provider: 'vouching', redirectUri })).code).toBe('BAD_USER_INPUT');
    });

    it('links and unlinks in a fresh session of the account alone, and tells its owner', async () => {
      const owner = await newPerson(house());
      const who = visitorOf();
      const unproved = await begin(house(), who, 'vouching', owner.accessToken);
      expect((await door.send(house(), 'linkIdentity', unproved, owner.accessToken)).code).toBe('EMAIL_NOT_VERIFIED');
      await prove(house(), owner.id);
      const ofNobody = await begin(house(), who);
      expect((await door.send(house(), 'linkIdentity', ofNobody, owner.accessToken)).code).toBe('INVALID_CODE');
      const ofOwner = await begin(house(), who, 'vouching', owner.accessToken);
      expect((await complete(ofOwner)).code).toBe('INVALID_CODE');
      const lars = await newPerson(house());
      await prove(house(), lars.id);
      expect((await door.send(house(), 'linkIdentity', ofOwner, lars.accessToken)).code).toBe('INVALID_CODE');
      const linked = await door.send(house(), 'linkIdentity', ofOwner, owner.accessToken);
      expect([linked.code, linked.body.user.id]).toEqual([null, owner.id]);
      await mailbox.next(owner.email, 'identity-linked');
      const taken = await begin(house(), who, 'vouching', lars.accessToken);
      expect((await door.send(house(), 'linkIdentity', taken, lars.accessToken)).code).toBe('IDENTITY_TAKEN');
      const entered = await complete(await begin(house(), who));
      expect(entered.body.user.id).toBe(owner.id);
      const { body } = await door.send(house(), 'identities', undefined, owner.accessToken);
      expect(body.identities).toEqual([expect.objectContaining({ provider: 'vouching', email: who.email })]);
      const [{ id }] = body.identities;
      const own = await postGraphQL(house(), '{ me { identities { id } } }', {}, owner.accessToken);
      expect(own.body.data.me.identities).toEqual([{ id }]);
      expect((await door.send(house(), 'unlinkIdentity', id, lars.accessToken)).code).toBe('NOT_FOUND');
      expect((await door.send(house(), 'unlinkIdentity', id, owner.accessToken)).code).toBeNull();
      await mailbox.next(owner.email, 'identity-unlinked');
      expect(await identitiesOf(house(), who.subject)).toEqual([]);
      const once = await begin(house(), who, 'vouching', owner.accessToken);
      expect((await door.send(house(), 'linkIdentity', once, owner.accessToken)).code).toBeNull();
      const events = await rest.send(house(), 'securityEvents', undefined, owner.accessToken);
      const event = events.body.nodes.find(({ event: name }: { event: string }) => name === 'identity.linked');
      expect(events.body.nodes.map(({ event: name }: { event: string }) => name)).toContain('identity.unlinked');
      expect((await door.send(house(), 'disputeSecurityEvent', event.id, owner.accessToken)).code).toBeNull();
      expect(await identitiesOf(house(), who.subject)).toEqual([]);
      expect((await complete(await begin(house(), who))).code).toBe('USERNAME_REQUIRED');
    });

    it('links at most fifty accounts at other providers, also where two are linked at once', async () => {
      const owner = await newPerson(house());
      await prove(house(), owner.id);
      const createdAt = new Date(house().clock.now());
      const row = { userId: owner.id, provider: 'x', issuer: 'https://x.example', createdAt };
      const rows = Array.from({ length: 49 }, (_, number) => ({ ...row, id: randomUUID(), subject: `${owner.username} ${number}` }));
      await clientOf(house()).identity.createMany({ data: rows });
      const begun = [
        await begin(house(), visitorOf(), 'plain', owner.accessToken),
        await begin(house(), visitorOf(), 'plain', owner.accessToken),
      ];
      const answers = await Promise.all(begun.map((each) => door.send(house(), 'linkIdentity', each, owner.accessToken)));
      expect(answers.map(({ code }) => code).sort()).toEqual(['BAD_USER_INPUT', null]);
      expect(await clientOf(house()).identity.count({ where: { userId: owner.id } })).toBe(50);
      const { body } = await complete(await begin(house(), visitorOf({ email: owner.email })));
      const refused = await go({ challenge: body.challenge, password: owner.password });
      expect([refused.code, refused.body.issues?.[0].message]).toEqual(['BAD_USER_INPUT', expect.stringContaining('at most 50')]);
    });

    it('unlinks everything but the last way in, also where two are unlinked at once (J13)', async () => {
      const { who, accessToken, id: userId } = await newcomer();
      const { body } = await door.send(house(), 'identities', undefined, accessToken);
      const last = await door.send(house(), 'unlinkIdentity', body.identities[0].id, accessToken);
      expect([last.status, last.code]).toEqual([409, 'LAST_LOGIN_METHOD']);
      expect(await identitiesOf(house(), who.subject)).toHaveLength(1);
      const further = await begin(house(), visitorOf(), 'other', accessToken);
      expect((await door.send(house(), 'linkIdentity', further, accessToken)).code).toBeNull();
      const both = await clientOf(house()).identity.findMany({ where: { userId } });
      const answers = await Promise.all(both.map(({ id }) => door.send(house(), 'unlinkIdentity', id, accessToken)));
      expect(answers.map(({ code }) => code).sort()).toEqual(['LAST_LOGIN_METHOD', null]);
    });
  },
  environment,
);

describe('where accounts begin with the mailbox (AUTH_REGISTRATION=verified)', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('postgresql', { ...environment, AUTH_REGISTRATION: 'verified' });
  });
  afterAll(() => house.close());
  const complete = async (who: ProviderPerson, by = 'plain') => rest.send(house, 'completeProviderLogin', await begin(house, who, by));
  const go = (input: object) => rest.send(house, 'completeLogin', input);

  it('no mail is sent to whoever may not register anyhow', async () => {
    const who = visitorOf({ email_verified: false });
    expect((await complete(who, 'members')).code).toBe('LINK_REQUIRED');
    expect(await house.app.services.database.client.mail.count({ where: { recipient: who.email } })).toBe(0);
  });

  it('a code comes before an account whose address nobody vouches for, and nobody is told which has one (J2)', async () => {
    const who = visitorOf();
    const asked = await complete(who);
    expect([asked.status, asked.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
    expect(asked.headers.get('ratelimit-policy')).toContain('"mail-address"');
    const { challenge, attempt } = asked.body;
    expect((await go({ challenge, username: who.username })).body.issues).toEqual([
      { path: 'code', message: 'is required, with its attempt' },
    ]);
    const { code } = await mailbox.next(who.email, 'register-code');
    const wrong = code === '12345678' ? '87654321' : '12345678';
    expect((await go({ challenge, attempt, code: wrong, username: who.username })).code).toBe('INVALID_CODE');
    const made = await go({ challenge, attempt, code, username: who.username });
    expect([made.code, made.body.user.emailVerified]).toEqual([null, true]);
    const again = await complete(who);
    expect([again.code, again.body.user.id]).toEqual([null, made.body.user.id]);
    const stranger = await complete({ ...who, subject: `another ${who.subject}` });
    expect([stranger.status, stranger.code, Object.keys(stranger.body).sort()]).toEqual([
      403,
      'EMAIL_NOT_VERIFIED',
      Object.keys(asked.body).sort(),
    ]);
    await mailbox.next(who.email, 'register-taken');
  });

  it('no code of another address makes one', async () => {
    const [lars, kate] = [visitorOf(), visitorOf()];
    const { challenge } = (await complete(lars)).body;
    const { attempt } = (await complete(kate)).body;
    const { code } = await mailbox.next(kate.email, 'register-code');
    expect((await go({ challenge, attempt, code, username: lars.username })).code).toBe('INVALID_CODE');
    await expectNothingOf(house, lars);
  });
});

describe('where nobody registers (AUTH_REGISTRATION=closed)', () => {
  let [house, open] = [] as unknown as [House, House];
  beforeAll(async () => {
    open = await openHouse('postgresql', environment);
    house = await openHouse('postgresql', { ...environment, AUTH_REGISTRATION: 'closed' }, open);
  });
  afterAll(async () => {
    await house?.close();
    await open?.close();
  });
  const complete = async (who: ProviderPerson, by: string) => rest.send(house, 'completeProviderLogin', await begin(house, who, by));
  const go = (input: object) => rest.send(house, 'completeLogin', input);

  it('nobody is told which addresses have an account, and its owner links it by its password', async () => {
    const owner = await newPerson(open);
    await prove(open, owner.id);
    const who = visitorOf({ email: owner.email });
    const email = owner.email.replace('@example.com', '@example.org');
    const stranger = { ...visitorOf({ email }), subject: who.subject.replace('subject', 'someone') };
    const [known, unknown] = [await complete(who, 'plain'), await complete(stranger, 'plain')];
    for (const { status, code, body } of [known, unknown]) {
      expect([status, code, body.methods]).toEqual([409, 'LINK_REQUIRED', ['password']]);
      expect(body.challenge).toHaveLength(known.body.challenge.length);
      const content = Buffer.from(body.challenge.slice('gatehouse_lc_'.length), 'base64url');
      expect(content.subarray(2, 24)).toEqual(Buffer.alloc(22)); // whose it is, and of which generation
    }
    for (const { body } of [known, unknown])
      expect((await go({ challenge: body.challenge, password: 'not the password' })).code).toBe('INVALID_CREDENTIALS');
    const linked = await go({ challenge: known.body.challenge, password: owner.password });
    expect([linked.code, linked.body.user?.id]).toEqual([null, owner.id]);
    const vouched = await complete(visitorOf(), 'vouching');
    expect([vouched.status, vouched.code]).toEqual([403, 'FEATURE_DISABLED']);
  });
});

describe('a provider that is wrong', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', environment);
  });
  afterAll(() => house.close());
  const complete = (begun: Begun, username: string) => rest.send(house, 'completeProviderLogin', { ...begun, username });
  const now = (): number => Math.floor(Date.now() / 1000);

  it.each<[string, () => ProviderFault]>([
    ['signs with a key that is not its own', () => signedByAnother],
    ['signs with none (alg none)', () => signedByNobody],
    ['means somebody else (aud)', () => signedWith({ aud: 'another client' })],
    ['is another (iss)', () => signedWith({ iss: 'https://evil.example' })],
    ['answers another question (nonce)', () => signedWith({ nonce: 'another' })],
    ['answers no question (nonce)', () => signedWith({ nonce: undefined })],
    ['is too late (exp)', () => signedWith({ iat: now() - 7200, exp: now() - 3600 })],
    ['is an hour ahead (iat)', () => signedWith({ iat: now() + 3600, exp: now() + 7200 })],
    ['names nobody (an empty sub)', () => signedWith({ sub: '' })],
    ['names too much (a long sub)', () => signedWith({ sub: 'x'.repeat(256) })],
    ['names somebody in other letters (a sub that is not ASCII)', () => signedWith({ sub: 'K\u00e4te' })],
    ['is down (500)', () => ({ answer: (response) => void response.writeHead(500).end('{}') })],
    ['answers with nonsense', () => ({ answer: (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') })],
    [
      'leads elsewhere (a redirect to this machine)',
      () => ({ answer: (response) => void response.writeHead(307, { location: `${other.issuer}/token` }).end() }),
    ],
    ['does not answer', () => ({ answer: () => undefined })],
    [
      'answers without an end (100 MB)',
      () => ({
        answer: (response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          const part = Buffer.alloc(64 * 1024, ' ');
          const write = (): void => {
            while (provider.sentBytes < 100 * 1024 * 1024 && !response.destroyed) {
              provider.sentBytes += part.length;
              if (!response.write(part)) return void response.once('drain', write);
            }
          };
          write();
        },
      }),
    ],
  ])('that %s is PROVIDER_FAILED, within 6 s, and nothing is written (J5, J9)', async (_name, faultOf) => {
    const who = visitorOf();
    const begun = await begin(house, who);
    provider.fault = faultOf();
    provider.sentBytes = 0;
    const startedAt = performance.now();
    const failed = await complete(begun, who.username);
    expect([failed.status, failed.code, failed.body.provider]).toEqual([502, 'PROVIDER_FAILED', 'vouching']);
    expect(performance.now() - startedAt).toBeLessThan(30_000); // 6 s on a machine that does nothing else
    expect(provider.sentBytes).toBeLessThan(32 * 1024 * 1024);
    await expectNothingOf(house, who);
    provider.fault = null;
    expect((await complete(begun, who.username)).code).toBe('INVALID_CODE'); // its code counts once there as well
  });

  it('is refused when it says that it is another (iss of RFC 9207, mix-up), or when the person said no (J7)', async () => {
    const who = visitorOf();
    const mixed = await begin(house, who);
    const response = new URLSearchParams(mixed.response);
    expect(response.get('iss')).toBe(provider.issuer);
    response.set('iss', other.issuer);
    expect((await complete({ flow: mixed.flow, response: `?${response}` }, who.username)).code).toBe('PROVIDER_FAILED');
    const { body } = await rest.send(house, 'startProviderLogin', { provider: 'vouching', redirectUri: page });
    const state = new URL(body.url).searchParams.get('state') ?? '';
    const no = new URLSearchParams({ error: 'access_denied', error_description: 'a description', state, iss: provider.issuer });
    const refused = await complete({ flow: body.flow, response: no.toString() }, who.username);
    expect([refused.code, refused.body.reason]).toEqual(['PROVIDER_FAILED', 'REFUSED']);
    await expectNothingOf(house, who);
  });

  it('leaves none of its tokens in the database or in the log (J15)', async () => {
    const who = visitorOf();
    const begun = await begin(house, who);
    expect((await complete(begun, who.username)).code).toBeNull();
    const { client } = house.app.services.database;
    const rows = JSON.stringify([
      await client.identity.findMany(),
      await client.user.findMany(),
      await client.session.findMany(),
      await client.auditEvent.findMany(),
      await client.spent.findMany(),
      await client.mail.findMany(),
    ]);
    const written = rows + JSON.stringify(house.log);
    const code = new URLSearchParams(begun.response).get('code') ?? '';
    expect(provider.tokens.length).toBeGreaterThan(1);
    for (const secret of [...provider.tokens, code, begun.flow, providerClient.secret]) expect(written).not.toContain(secret);
  });
});

everywhere(
  'a passkey, where an address has an account already',
  (house, door) => {
    it('shows whose it is, without a name, and the provider is linked (I, J2)', async () => {
      const kate = await owner(house());
      await setUser(house(), kate.id, { passwordHash: null });
      const who = visitorOf({ email: kate.email });
      const come = async () => door.send(house(), 'completeProviderLogin', await begin(house(), who));
      const [asked, second] = [await come(), await come()];
      expect([asked.code, asked.body.methods]).toEqual(['LINK_REQUIRED', methodsIn(door, 'PASSKEY')]);
      const { challenge } = asked.body;
      const go = (input: object): Promise<Answer> => door.send(house(), 'completeLogin', { challenge, ...input });
      const options = await optionsOf(house(), door, { challenge });
      expect([options.allowCredentials, options.userVerification]).toEqual([[], 'required']); // of whomever: it tells of no account
      const passkey = kate.passkey.get(options);
      const lars = await owner(house());
      const others = await Promise.all([
        go({ passkey: lars.passkey.get(await optionsOf(house(), door, { challenge })) }),
        go({ passkey: kate.passkey.get(await optionsOf(house(), door)) }), // of an ordinary log-in
        go({ passkey: kate.passkey.get(await optionsOf(house(), door, { challenge: second.body.challenge })) }),
        go({ passkey: kate.passkey.get(options, { isVerified: false }) }),
        door.send(house(), 'loginWithPasskey', { passkey }),
      ]);
      expect(others.map(({ code }) => code)).toEqual(others.map(() => 'INVALID_CREDENTIALS'));
      expect((await go({ passkey, password: kate.password })).code).toBe('BAD_USER_INPUT');
      expect(await identitiesOf(house(), who.subject)).toEqual([]);
      const answers = await Promise.all(Array.from({ length: 4 }, () => go({ passkey })));
      const right = answers.filter(({ code }) => code === null);
      expect(right.map(({ body }) => [body.user.id, body.session.methods])).toEqual([[kate.id, ['hwk', 'user']]]);
      expect((await identitiesOf(house(), who.subject)).map(({ userId }) => userId)).toEqual([kate.id]);
      expect((await come()).code).toBe('SECOND_FACTOR_REQUIRED'); // known from now on, and the provider's word is one factor
    });
  },
  { ...environment, ...withPasskeys },
);
