/**
 * Passkeys (I of the design), by an authenticator in software: I1 I2 I4 to I12 I14 I15. I3 and the rest of I1 and I2 are browser.test.ts,
 * which has a browser's own authenticator; I13 is second-factor.test.ts.
 */

import { everywhere, rest, uniqueName } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { Authenticator, type Spoilt } from '../support/passkey-authenticator';
import { add, logInWith, optionsOf, owner, provedPerson, withPasskeys } from './people';

const mailbox = createMailbox();
const eventsOf = (house: House, userId: string, event: string) =>
  house.app.services.database.client.auditEvent.findMany({ where: { userId, event }, orderBy: { at: 'asc' } });
const sessionsOf = (house: House, userId: string) => house.app.services.database.client.session.count({ where: { userId } });

everywhere(
  'a passkey',
  (house, door) => {
    it('is added, listed and mailed, and the first one gives recovery codes (I1)', async () => {
      const kate = await provedPerson(house());
      const passkey = new Authenticator(undefined, { isSynced: true, aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' });
      const added = await add(house(), kate, passkey, door);
      expect([added.status, added.code]).toEqual([door === rest ? 201 : 200, null]);
      expect(added.body.passkey).toMatchObject({ name: '1Password', synced: true, verifiesUser: true, lastUsedAt: null });
      expect(added.body.recoveryCodes).toHaveLength(10);
      const listed = await door.send(house(), 'passkeys', undefined, kate.accessToken);
      expect(listed.body.passkeys).toEqual([added.body.passkey]);
      expect((await mailbox.next(kate.email, 'passkey-added')).text).toContain('1Password');
      const [event] = await eventsOf(house(), kate.id, 'passkey.added');
      expect(event).toMatchObject({ outcome: 'ok', sessionId: kate.sessionId, detail: added.body.passkey.id });
      const second = await add(house(), kate, new Authenticator(), door);
      expect([second.body.passkey.name, second.body.recoveryCodes]).toEqual(['Passkey', []]);
    });

    it('is asked for with what a browser needs, and not twice from one authenticator (I1)', async () => {
      const kate = await owner(house());
      const { body } = await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken);
      expect(body.publicKey).toMatchObject({
        rp: { id: 'gatehouse.test', name: 'gatehouse.test' },
        user: { id: kate.passkey.userHandle, name: kate.username, displayName: kate.username },
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
        timeout: 300_000,
        excludeCredentials: [{ type: 'public-key', id: kate.passkey.id, transports: ['internal', 'hybrid'] }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
      });
      expect(Buffer.from(body.publicKey.challenge, 'base64url')).toHaveLength(56);
      const again = await add(house(), kate, kate.passkey, door);
      expect([again.status, again.code, again.body.issues]).toEqual([
        400,
        'BAD_USER_INPUT',
        [{ path: 'passkey', message: 'is here already' }],
      ]);
      expect(await house().app.services.database.client.passkey.count({ where: { userId: kate.id } })).toBe(1);
    });

    it('logs in without a name, and is both factors (I2)', async () => {
      const kate = await owner(house());
      const options = await optionsOf(house(), door);
      expect(options).toMatchObject({ rpId: 'gatehouse.test', allowCredentials: [], userVerification: 'required' });
      const done = await door.send(house(), 'loginWithPasskey', { passkey: kate.passkey.get(options) });
      expect([done.status, done.code, done.body.user.username]).toEqual([200, null, kate.username]);
      expect(done.body.session.methods).toEqual(['hwk', 'user']);
      expect((await rest.send(house(), 'profile', undefined, done.body.accessToken)).code).toBeNull();
      const synced = await owner(house(), new Authenticator(undefined, { isSynced: true }));
      expect((await logInWith(house(), synced.passkey, door)).body.session.methods).toEqual(['swk', 'user']);
      const row = await house().app.services.database.client.passkey.findUniqueOrThrow({ where: { id: kate.passkeyId } });
      expect(row.lastUsedAt).not.toBeNull();
    });

    it('is refused when its answer comes again, at log-in and at adding (I4), and in the place of the other (I5)', async () => {
      const kate = await provedPerson(house());
      const passkey = new Authenticator(undefined, { counts: true });
      const made = passkey.create((await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken)).body.publicKey);
      expect((await door.send(house(), 'addPasskey', { passkey: made }, kate.accessToken)).code).toBeNull();
      expect((await door.send(house(), 'addPasskey', { passkey: made }, kate.accessToken)).code).toBe('BAD_USER_INPUT');
      const answer = passkey.get(await optionsOf(house(), door));
      expect((await door.send(house(), 'loginWithPasskey', { passkey: answer })).code).toBeNull();
      const again = await door.send(house(), 'loginWithPasskey', { passkey: answer });
      expect([again.status, again.code]).toEqual([401, 'INVALID_CREDENTIALS']);
      expect((await door.send(house(), 'loginWithPasskey', { passkey: made })).code).toBe('INVALID_CREDENTIALS');
      const atAdding = await door.send(house(), 'addPasskey', { passkey: answer }, kate.accessToken);
      expect([atAdding.code, atAdding.body.issues[0].path]).toEqual(['BAD_USER_INPUT', 'passkey']);
      const reasons = (await eventsOf(house(), kate.id, 'login'))
        .filter(({ outcome }) => outcome === 'refused')
        .map(({ detail }) => detail);
      expect(reasons).toEqual(['passkey: used before', 'passkey: a new passkey, and not a known one']);
      expect(await eventsOf(house(), kate.id, 'passkey.counter_went_back')).toEqual([]);
    });

    const spoilt: readonly (readonly [string, Spoilt, string])[] = [
      ['of a foreign page', { origin: 'https://gatehouse.test.evil.example' }, 'a page that is not allowed'],
      ['of a page without https', { origin: 'http://gatehouse.test' }, 'a page that is not allowed'],
      ['of a frame of another site', { crossOrigin: true }, 'a frame of another site'],
      ['of a frame that names its site', { topOrigin: 'https://evil.example' }, 'a frame of another site'],
      ['for another domain', { rpId: 'evil.example' }, 'another domain'],
      ['that nobody touched', { isTouched: false }, 'nobody touched it'],
      ['without verification of its user', { isVerified: false }, 'nobody was verified'],
      ['with a flipped signature', { flipSignature: true }, 'a wrong signature'],
      ['to a challenge that is not ours', { challenge: Buffer.alloc(56, 1).toString('base64url') }, 'another challenge'],
      ["with somebody else's handle", { userHandle: Buffer.alloc(32, 1).toString('base64url') }, "somebody else's passkey"],
      ['without a handle', { userHandle: null }, "somebody else's passkey"],
      ['that is of another kind than it was', { isSynced: true }, 'another kind of passkey than it was'],
    ];

    it('is refused in twelve ways, with the same bytes and one event each, and works after them (I6)', async () => {
      const kate = await owner(house());
      const unknown = await logInWith(house(), new Authenticator(), door, { userHandle: 'AAAA' });
      const told = (text: string) => text.replace(/"(requestId|request_id)":"[^"]*"/, '').replace(/"(remaining|resetSeconds)":\d+/g, '');
      for (const [, spoil] of spoilt) {
        const { status, code, text } = await logInWith(house(), kate.passkey, door, spoil);
        expect([status, code, told(text)]).toEqual([401, 'INVALID_CREDENTIALS', told(unknown.text)]);
      }
      const events = await eventsOf(house(), kate.id, 'login');
      expect(events.map(({ outcome, detail }) => [outcome, detail])).toEqual(
        spoilt.map(([, , reason]) => ['refused', `passkey: ${reason}`]),
      );
      expect((await logInWith(house(), kate.passkey, door)).code).toBeNull();
    });

    it('is refused when it is added in the same ways, with a reason of ours (I6)', async () => {
      const kate = await provedPerson(house());
      const ofCreation = spoilt.filter(
        ([, { flipSignature, userHandle, isSynced }]) => !flipSignature && userHandle === undefined && !isSynced,
      );
      expect(ofCreation).toHaveLength(8);
      for (const [, spoil, reason] of ofCreation) {
        const options = await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken);
        const passkey = new Authenticator().create(options.body.publicKey, spoil);
        const refused = await door.send(house(), 'addPasskey', { passkey }, kate.accessToken);
        expect([refused.code, refused.body.issues]).toEqual(['BAD_USER_INPUT', [{ path: 'passkey', message: `was refused: ${reason}` }]]);
      }
      const { body } = await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken);
      const offCurve = new Authenticator().create(body.publicKey, { point: [Buffer.alloc(32, 1), Buffer.alloc(32, 1)] });
      const unusable = await door.send(house(), 'addPasskey', { passkey: offCurve }, kate.accessToken);
      expect(unusable.body.issues).toEqual([{ path: 'passkey', message: 'was refused: an unusable key' }]);
      const lars = await provedPerson(house());
      const ofKate = new Authenticator().create(body.publicKey);
      expect((await door.send(house(), 'addPasskey', { passkey: ofKate }, lars.accessToken)).body.issues[0].message).toContain(
        'another challenge',
      );
    });

    it('may come with a word about its maker, which nobody reads', async () => {
      const kate = await provedPerson(house());
      const { body } = await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken);
      const passkey = new Authenticator().create(body.publicKey, { format: 'packed' });
      expect((await door.send(house(), 'addPasskey', { passkey }, kate.accessToken)).code).toBeNull();
    });

    it('is bad input where it is none, with every path, and never a defect (I7)', async () => {
      const kate = await owner(house());
      const good = kate.passkey.get(await optionsOf(house(), door));
      const deep = { a: { b: { c: { d: 1 } } } };
      const cases: readonly unknown[] = [
        null,
        {},
        [],
        'text',
        7,
        { ...good, id: ['x'] },
        { ...good, id: {} },
        { ...good, rawId: 'other' },
        { ...good, type: 'password' },
        { ...good, response: null },
        { ...good, response: [] },
        { ...good, unknown: 1 },
        { ...good, response: { ...good.response, clientDataJSON: 'bm90IGpzb24' } },
        { ...good, response: { ...good.response, signature: '+/=' } },
        { ...good, response: { ...good.response, signature: 'A'.repeat(20_000) } },
      ];
      for (const passkey of cases) {
        const { status, code } = await door.send(house(), 'loginWithPasskey', { passkey });
        expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
      }
      const twice = await door.send(house(), 'loginWithPasskey', { passkey: { ...good, rawId: 7, response: { clientDataJSON: 'AAAA' } } });
      expect(twice.body.issues.map(({ path }: { path: string }) => path)).toEqual(['passkey.rawId', 'passkey.response.clientDataJSON']);
      const tooDeep = await door.send(house(), 'loginWithPasskey', { passkey: { ...good, clientExtensionResults: deep } });
      expect([tooDeep.status, tooDeep.code]).toEqual([400, door === rest ? 'BAD_USER_INPUT' : 'INPUT_TOO_DEEP']);
      const huge = await door.send(house(), 'loginWithPasskey', { passkey: { ...good, id: 'A'.repeat(1_048_576) } });
      expect([huge.status, huge.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
      const { authenticatorData: _, ...without } = good.response;
      expect((await door.send(house(), 'loginWithPasskey', { passkey: { ...good, response: without } })).code).toBe('INVALID_CREDENTIALS');
      const short = { ...good, response: { ...good.response, authenticatorData: 'AAAA' } };
      expect((await door.send(house(), 'loginWithPasskey', { passkey: short })).code).toBe('INVALID_CREDENTIALS');
      expect(JSON.stringify(house().log)).not.toContain('TypeError');
    });

    it('is refused five minutes after it was asked for, also at adding (I8)', async () => {
      const kate = await owner(house());
      const options = await optionsOf(house(), door);
      const creation = (await door.send(house(), 'newPasskeyOptions', undefined, kate.accessToken)).body.publicKey;
      house().clock.advance(301);
      expect((await door.send(house(), 'loginWithPasskey', { passkey: kate.passkey.get(options) })).code).toBe('INVALID_CREDENTIALS');
      const late = await door.send(house(), 'addPasskey', { passkey: new Authenticator().create(creation) }, kate.accessToken);
      expect(late.body.issues).toEqual([{ path: 'passkey', message: 'was refused: too old' }]);
    });

    it('is refused as a copy when its counter goes back, which is told and disables nothing (I9)', async () => {
      const kate = await owner(house(), new Authenticator(undefined, { counts: true }));
      kate.passkey.counter = 4_000_000_000;
      expect((await logInWith(house(), kate.passkey, door)).code).toBeNull();
      for (const counter of [4_000_000_001, 17, 0])
        expect((await logInWith(house(), kate.passkey, door, { counter })).code).toBe('INVALID_CREDENTIALS');
      const events = await eventsOf(house(), kate.id, 'passkey.counter_went_back');
      expect(events.map(({ outcome, detail }) => [outcome, detail])).toEqual(Array(3).fill(['refused', kate.passkeyId]));
      expect((await mailbox.next(kate.email, 'passkey-counter-went-back')).text).toContain(kate.username);
      kate.passkey.counter = 4_000_000_005;
      expect((await logInWith(house(), kate.passkey, door)).code).toBeNull();
    });

    it('begins one session of twenty that come with one answer at once (I10)', async () => {
      const kate = await owner(house());
      const before = await sessionsOf(house(), kate.id);
      const passkey = kate.passkey.get(await optionsOf(house(), door));
      const answers = await Promise.all(Array.from({ length: 20 }, () => door.send(house(), 'loginWithPasskey', { passkey })));
      // On a busy machine all of them may have been UNAVAILABLE: then the next one is the first.
      if (answers.every(({ code }) => code === 'UNAVAILABLE')) answers.push(await door.send(house(), 'loginWithPasskey', { passkey }));
      expect(answers.filter(({ code }) => code === null)).toHaveLength(1);
      for (const { code } of answers.filter((answer) => answer.code !== null))
        expect(['INVALID_CREDENTIALS', 'UNAVAILABLE']).toContain(code);
      expect(await sessionsOf(house(), kate.id)).toBe(before + 1);
    });

    it('is renamed and removed by its owner alone, and opens nothing then (I11)', async () => {
      const kate = await owner(house());
      const lars = await owner(house());
      const rename = (id: string) => door.send(house(), 'renamePasskey', { id, name: ' Phone of Kate ' }, kate.accessToken);
      expect((await rename(lars.passkeyId)).code).toBe('NOT_FOUND');
      expect((await rename(kate.passkeyId)).body.passkey.name).toBe('Phone of Kate');
      expect((await door.send(house(), 'removePasskey', lars.passkeyId, kate.accessToken)).code).toBe('NOT_FOUND');
      expect((await door.send(house(), 'removePasskey', kate.passkeyId, kate.accessToken)).code).toBeNull();
      expect((await logInWith(house(), kate.passkey, door)).code).toBe('INVALID_CREDENTIALS');
      expect((await mailbox.next(kate.email, 'passkey-removed')).text).toContain('Phone of Kate');
      expect(await house().app.services.database.client.recoveryCode.count({ where: { userId: kate.id } })).toBe(0);
      expect((await logInWith(house(), lars.passkey, door)).code).toBeNull();
    });

    it('stays where nothing else would open the account (I11)', async () => {
      const kate = await owner(house());
      const { client, notices } = house().app.services.database;
      await client.user.update({ where: { id: kate.id }, data: { passwordHash: null } });
      await notices.publish(client, 'user', [kate.id]);
      const refused = await door.send(house(), 'removePasskey', kate.passkeyId, kate.accessToken);
      expect([refused.status, refused.code]).toEqual([409, 'LAST_LOGIN_METHOD']);
      const other = await owner(house(), new Authenticator(), kate);
      const both = [kate.passkeyId, other.passkeyId].map((id) => door.send(house(), 'removePasskey', id, kate.accessToken));
      const codes = (await Promise.all(both)).map(({ code }) => code);
      expect(codes.sort()).toEqual(['LAST_LOGIN_METHOD', null]);
      expect(await client.passkey.count({ where: { userId: kate.id } })).toBe(1);
    });

    it('needs a proved address and a fresh session to be added or removed', async () => {
      const stranger = await rest.send(house(), 'register', {
        username: uniqueName(),
        email: `${uniqueName()}@example.com`,
        password: 'a quiet garden gate',
      });
      expect((await door.send(house(), 'newPasskeyOptions', undefined, stranger.body.accessToken)).code).toBe('EMAIL_NOT_VERIFIED');
      const kate = await owner(house());
      house().clock.advance(601);
      for (const [operation, input] of [
        ['newPasskeyOptions', undefined],
        ['addPasskey', { passkey: kate.passkey.get(await optionsOf(house())) }],
        ['removePasskey', kate.passkeyId],
      ] as const) {
        const { status, code } = await door.send(house(), operation, input, kate.accessToken);
        expect([operation, status, code]).toEqual([operation, 401, 'REAUTHENTICATION_REQUIRED']);
      }
    });

    it('lets nobody in who is disabled or to be deleted', async () => {
      const kate = await owner(house());
      const users = house().app.services.database.client.user;
      await users.update({ where: { id: kate.id }, data: { deletesAt: new Date(house().clock.now() + 86_400_000) } });
      const scheduled = await logInWith(house(), kate.passkey, door);
      expect(scheduled.code).toBe('DELETION_SCHEDULED');
      const kept = await door.send(house(), 'completeLogin', { challenge: scheduled.body.challenge });
      expect([kept.code, kept.body.session.methods]).toEqual([null, ['hwk', 'user']]);
      await users.update({ where: { id: kate.id }, data: { disabledAt: new Date(house().clock.now()) } });
      expect((await logInWith(house(), kate.passkey, door)).code).toBe('INVALID_CREDENTIALS');
    });

    it('shows no word of the library anywhere (I15)', async () => {
      const kate = await owner(house());
      const answers = [
        await logInWith(house(), kate.passkey, door, { flipSignature: true }),
        await door.send(house(), 'addPasskey', { passkey: kate.passkey.get(await optionsOf(house())) }, kate.accessToken),
      ];
      const words = /Unexpected|expected|SimpleWebAuthn|attestation|simplewebauthn|CBOR/i;
      for (const { text } of answers) expect(text).not.toMatch(words);
      expect(JSON.stringify(house().log.filter(({ level }) => level !== 'debug'))).not.toMatch(
        /simplewebauthn|Unexpected (authentication|registration)/i,
      );
    });
  },
  { ...withPasskeys, ...mailbox.environment },
);

onBothDatabases(
  'a log-in page',
  (house) => {
    it('is looked at ten thousand times without a row more (I12)', async () => {
      const { client } = house().app.services.database;
      const counts = async () => [
        await client.spent.count(),
        await client.attempt.count(),
        await client.auditEvent.count(),
        await client.passkey.count(),
      ];
      const before = await counts();
      const statements = house().queries.length;
      const { passkeys } = house().app.services;
      for (let look = 0; look < 10_000; look += 1) await passkeys.passkeyOptions({ accepted: false, reason: 'MISSING' }, null);
      expect(house().queries.slice(statements)).toEqual([]);
      await Promise.all(Array.from({ length: 50 }, () => rest.send(house(), 'passkeyOptions')));
      expect(await counts()).toEqual(before);
    });
  },
  withPasskeys,
);

onBothDatabases(
  'guessing passkeys',
  (house) => {
    it('has to wait after thirty from one network', async () => {
      const passkey = new Authenticator();
      const options = await optionsOf(house());
      const guess = () => rest.send(house(), 'loginWithPasskey', { passkey: passkey.get(options) });
      for (let time = 0; time < 30; time += 1) expect((await guess()).code).toBe('INVALID_CREDENTIALS');
      expect((await guess()).code).toBe('RATE_LIMITED');
    });
  },
  { ...withPasskeys, ...defaultLimits },
);

describe('passkeys', () => {
  it('are off, with the reason at the start, where browsers would refuse them (I14)', async () => {
    const house = await openHouse('sqlite', { PUBLIC_URL: 'http://192.0.2.1' });
    try {
      const { status, code } = await rest.send(house, 'passkeyOptions');
      expect([status, code]).toEqual([403, 'FEATURE_DISABLED']);
      expect(house.log.filter(({ msg }) => msg.startsWith('passkeys are off'))).toHaveLength(1);
      expect((await rest.send(house, 'authConfig')).body.loginMethods).toEqual(['password']);
    } finally {
      await house.close();
    }
  });

  it('are on for a page of this machine, for related pages, and are told when another domain makes them useless', async () => {
    const first = await openHouse('sqlite', {
      PUBLIC_URL: 'https://auth.example.com',
      AUTH_CORS_ORIGINS: 'https://app.example.com,https://example.org',
    });
    try {
      const passkey = new Authenticator('https://auth.example.com');
      const kate = await owner(first, passkey);
      expect((await logInWith(first, kate.passkey, rest, { origin: 'https://app.example.com' })).code).toBeNull();
      expect((await logInWith(first, kate.passkey, rest, { origin: 'https://example.org' })).code).toBeNull();
      const related = await fetch(`${first.url}/.well-known/webauthn`);
      expect(await related.json()).toEqual({ origins: ['https://app.example.com', 'https://example.org'] });
      expect((await rest.send(first, 'authConfig')).body.loginMethods).toEqual(['password', 'passkey']);
    } finally {
      await first.close();
    }
    const second = await openHouse('sqlite', { PUBLIC_URL: 'https://auth.example.com', AUTH_PASSKEY_DOMAIN: 'example.com' }, first);
    try {
      const [warning] = second.log.filter(({ msg }) => msg.startsWith('passkeys are for another domain'));
      expect(warning).toMatchObject({ before: 'auth.example.com', now: 'example.com', passkeys: 1 });
      expect((await optionsOf(second)).rpId).toBe('example.com');
    } finally {
      await second.close();
    }
  });
});
