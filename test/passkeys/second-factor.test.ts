/**
 * Passkeys beside a password, and as a fresh proof (I of the design): I13; what a dispute of `passkey.added` does (P6); security keys
 * that cannot verify who touches them (4 of its chapter 0b).
 */
import { randomUUID } from 'node:crypto';
import { writeChallenge } from '../../src/admission/login-challenge';
import { everywhere, graphql, logIn, newPerson, type Person, postGraphQL, rest } from '../support/doors';
import { defaultLimits, type House, onBothDatabases } from '../support/house';
import { nextWithLink } from '../support/links';
import { createMailbox } from '../support/mailbox';
import { Authenticator } from '../support/passkey-authenticator';
import { send } from '../support/wire';
import { add, logInWith, type Owner, optionsOf, owner, provedPerson, withPasskeys } from './people';

const mailbox = createMailbox();

/** As a proxy passes it on: what comes under another name than PUBLIC_URL's is sent there. */
const pressed = async (house: House, link: string): Promise<number> => {
  const { origin, pathname, host } = new URL(link);
  const headers = [
    ['X-Forwarded-Host', host],
    ['Origin', origin],
    ['Content-Type', 'application/x-www-form-urlencoded'],
  ] as const;
  return (await send(house, { method: 'POST', path: pathname, headers, body: '' })).status;
};

const challengeOf = async (house: House, { username, password }: Person): Promise<{ challenge: string; methods: string[] }> => {
  const { status, code, body } = await rest.send(house, 'login', { username, password });
  expect([status, code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
  return body;
};

everywhere(
  'a passkey beside a password',
  (house, door) => {
    const complete = async (kate: Owner, challenge: string, spoilt = {}) =>
      door.send(house(), 'completeLogin', { challenge, passkey: kate.passkey.get(await optionsOf(house(), door, { challenge }), spoilt) });

    it('is asked for after it, of the passkeys of that user, and begins a session (I13)', async () => {
      const kate = await owner(house());
      await owner(house());
      const { challenge, methods } = await challengeOf(house(), kate);
      expect(methods).toEqual(['passkey', 'recovery_code']);
      const options = await optionsOf(house(), door, { challenge });
      expect(options.allowCredentials).toEqual([{ type: 'public-key', id: kate.passkey.id, transports: ['internal', 'hybrid'] }]);
      const done = await complete(kate, challenge);
      expect([done.status, done.code, done.body.session.methods]).toEqual([200, null, ['pwd', 'hwk', 'user']]);
      expect((await complete(kate, challenge)).code).toBe('INVALID_CODE'); // the challenge is used up
    });

    it("counts for its own log-in alone: not for another one, another user's, or as a log-in by itself", async () => {
      const [kate, lars] = [await owner(house()), await owner(house())];
      const { challenge } = await challengeOf(house(), kate);
      const other = (await challengeOf(house(), kate)).challenge;
      const use = (passkey: object) => door.send(house(), 'completeLogin', { challenge, passkey });
      expect((await use(kate.passkey.get(await optionsOf(house(), door, { challenge: other })))).code).toBe('INVALID_CREDENTIALS');
      expect((await use(kate.passkey.get(await optionsOf(house(), door)))).code).toBe('INVALID_CREDENTIALS');
      expect((await use(lars.passkey.get(await optionsOf(house(), door, { challenge })))).code).toBe('INVALID_CREDENTIALS');
      expect((await use(kate.passkey.get(await optionsOf(house(), door, { challenge }), { isVerified: false }))).code).toBe(
        'INVALID_CREDENTIALS',
      );
      const ofChallenge = kate.passkey.get(await optionsOf(house(), door, { challenge }));
      expect((await door.send(house(), 'loginWithPasskey', { passkey: ofChallenge })).code).toBe('INVALID_CREDENTIALS');
      expect((await use(ofChallenge)).code).toBeNull(); // what was refused has used nothing up
      const events = await house().app.services.database.client.auditEvent.findMany({
        where: { userId: kate.id, event: 'second_factor.refused' },
      });
      expect(new Set(events.map(({ detail }) => detail))).toEqual(
        new Set(['passkey: another challenge', "passkey: somebody else's passkey", 'passkey: nobody was verified']),
      );
    });

    it('is told of to nobody whose password was not shown: by no other challenge', async () => {
      const { id: userId } = await owner(house());
      const { database, secrets, clock } = house().app.services;
      const { generation } = await database.client.user.findUniqueOrThrow({ where: { id: userId } });
      for (const kind of ['deletion', 'registration'] as const) {
        const { challenge } = writeChallenge({ kind, userId, generation, methods: [] }, secrets, clock);
        expect([kind, (await door.send(house(), 'passkeyOptions', { challenge })).code]).toEqual([kind, 'INVALID_CODE']);
      }
    });

    it('makes a session fresh, and not a new one; its answer counts once and in no other place (I13)', async () => {
      const kate = await owner(house());
      const { client } = house().app.services.database;
      const before = await client.session.count({ where: { userId: kate.id } });
      house().clock.advance(601);
      const stale = await door.send(house(), 'removePasskey', kate.passkeyId, kate.accessToken);
      expect(stale.code).toBe('REAUTHENTICATION_REQUIRED');
      expect(stale.body.methods.map((each: string) => each.toUpperCase())).toEqual(['PASSKEY', 'RECOVERY_CODE']);
      const options = await optionsOf(house(), door, undefined, kate.accessToken);
      expect(options.allowCredentials).toHaveLength(1);
      const passkey = kate.passkey.get(options);
      const prove = (input: object) => door.send(house(), 'reauthenticate', input, kate.accessToken);
      expect((await prove({ password: kate.password })).code).toBe('REAUTHENTICATION_REQUIRED');
      expect((await prove({ passkey: kate.passkey.get(await optionsOf(house(), door)) })).code).toBe('INVALID_CREDENTIALS');
      const fresh = await prove({ passkey });
      expect([fresh.code, fresh.body.session?.id]).toEqual([null, kate.sessionId]);
      expect((await prove({ passkey })).code).toBe('INVALID_CREDENTIALS');
      expect((await door.send(house(), 'loginWithPasskey', { passkey })).code).toBe('INVALID_CREDENTIALS');
      expect(await client.session.count({ where: { userId: kate.id } })).toBe(before);
      expect((await door.send(house(), 'removePasskey', kate.passkeyId, kate.accessToken)).code).toBeNull();
    });

    it('need not verify who touches it when it was added as a security key, and logs nobody in by itself', async () => {
      const key = new Authenticator(undefined, { isVerified: false });
      const kate = await provedPerson(house());
      expect((await add(house(), kate, key, door)).body.issues).toEqual([{ path: 'passkey', message: 'was refused: nobody was verified' }]);
      const asked = await door.send(
        house(),
        'newPasskeyOptions',
        { kind: door === rest ? 'security_key' : 'SECURITY_KEY' },
        kate.accessToken,
      );
      expect(asked.body.publicKey.authenticatorSelection).toMatchObject({ residentKey: 'discouraged', userVerification: 'discouraged' });
      const added = await door.send(
        house(),
        'addPasskey',
        { passkey: key.create(asked.body.publicKey), name: 'Blue key' },
        kate.accessToken,
      );
      expect(added.body.passkey).toMatchObject({ name: 'Blue key', verifiesUser: false });
      expect((await logInWith(house(), key, door, { isVerified: true })).code).toBe('INVALID_CREDENTIALS');
      const { challenge } = await challengeOf(house(), kate);
      const options = await optionsOf(house(), door, { challenge });
      expect(options.userVerification).toBe('discouraged');
      const done = await door.send(house(), 'completeLogin', { challenge, passkey: key.get(options) });
      expect([done.code, done.body.session.methods]).toEqual([null, ['pwd', 'hwk']]);
    });

    it('is asked for with a challenge that counts, of somebody who has one', async () => {
      const kate = await owner(house());
      const { challenge } = await challengeOf(house(), kate);
      expect((await door.send(house(), 'passkeyOptions', { challenge: `${challenge.slice(0, -1)}A` })).code).toBe('INVALID_CODE');
      house().clock.advance(601);
      expect((await door.send(house(), 'passkeyOptions', { challenge })).code).toBe('INVALID_CODE');
      const lars = await newPerson(house());
      const long = 'x'.repeat(6_144); // as long as completeLogin takes one: a provider's person may be in it
      expect((await door.send(house(), 'passkeyOptions', { challenge: long })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'passkeyOptions', { challenge: `${long}x` })).code).toBe('BAD_USER_INPUT');
      expect((await door.send(house(), 'passkeyOptions', undefined, lars.accessToken)).code).toBe('FORBIDDEN');
      const two = {
        challenge: (await challengeOf(house(), kate)).challenge,
        totp: '123456',
        passkey: kate.passkey.get(await optionsOf(house())),
      };
      expect((await door.send(house(), 'completeLogin', two)).code).toBe('BAD_USER_INPUT');
    });

    it('is taken away by a dispute of its adding, and of a counter that went back (P6)', async () => {
      const kate = await owner(house(), new Authenticator(undefined, { counts: true }));
      const other = await owner(house(), new Authenticator(), kate);
      kate.passkey.counter = 100;
      expect((await logInWith(house(), kate.passkey, door)).code).toBeNull();
      await logInWith(house(), kate.passkey, door, { counter: 7 });
      const { body } = await rest.send(house(), 'securityEvents', undefined, kate.accessToken);
      const of = (name: string) => body.nodes.filter(({ event }: { event: string }) => event === name);
      const dispute = (id: string) => door.send(house(), 'disputeSecurityEvent', id, kate.accessToken);
      expect((await dispute(of('passkey.counter_went_back')[0].id)).body).toMatchObject({ passwordNeeded: false });
      expect((await logInWith(house(), kate.passkey, door)).code).toBe('INVALID_CREDENTIALS');
      expect((await logInWith(house(), other.passkey, door)).code).toBeNull();
      expect((await dispute(of('passkey.added')[0].id)).body).toMatchObject({ passwordNeeded: true });
      expect((await logInWith(house(), other.passkey, door)).code).toBe('INVALID_CREDENTIALS');
    });

    it('logs nobody in by itself after the button of its mail, and stays a second factor: a mailbox alone removes none', async () => {
      const kate = await owner(house());
      const mail = await nextWithLink(mailbox.next, kate.email, 'passkey-added');
      expect(await pressed(house(), mail.link ?? '')).toBe(200);
      expect((await logInWith(house(), kate.passkey, door)).code).toBe('INVALID_CREDENTIALS');
      const { code } = await nextWithLink(mailbox.next, kate.email, 'reset-code');
      const { attempt } = (await rest.send(house(), 'login', { username: kate.username, password: kate.password })).body;
      expect((await rest.send(house(), 'resetPassword', { attempt, code, newPassword: 'another garden gate' })).code).toBeNull();
      expect((await challengeOf(house(), { ...kate, password: 'another garden gate' })).methods).toEqual(['passkey', 'recovery_code']);
    });
  },
  { ...withPasskeys, ...mailbox.environment },
);

onBothDatabases(
  'somebody with a passkey',
  (house) => {
    it('keeps recovery codes as long as there is a second factor, and sees passkeys nobody else sees', async () => {
      const kate = await owner(house());
      const renewed = await rest.send(house(), 'renewRecoveryCodes', undefined, kate.accessToken);
      expect(renewed.body.recoveryCodes).toHaveLength(10);
      const started = await rest.send(house(), 'startTotp', undefined, kate.accessToken);
      expect(started.code).toBeNull();
      expect((await rest.send(house(), 'removeTotp', undefined, kate.accessToken)).code).toBeNull();
      const codes = house().app.services.database.client.recoveryCode;
      expect(await codes.count({ where: { userId: kate.id } })).toBe(10);
      const { challenge } = await challengeOf(house(), kate);
      const done = await rest.send(house(), 'completeLogin', { challenge, recoveryCode: renewed.body.recoveryCodes[0] });
      expect([done.code, done.body.session.methods]).toEqual([null, ['pwd', 'rc']]);
      const shown = await postGraphQL(
        house(),
        '{ me { passkeys { id name } secondFactors { totp passkeys recoveryCodesLeft } } }',
        {},
        kate.accessToken,
      );
      expect(shown.body.data.me).toEqual({
        passkeys: [{ id: kate.passkeyId, name: 'Passkey' }],
        secondFactors: { totp: false, passkeys: 1, recoveryCodesLeft: 9 },
      });
    });

    it('passes where a proxy asks for two factors: by a log-in, after a password, and by a proof since', async () => {
      const kate = await owner(house());
      const asked = async (token: string) =>
        (await fetch(`${house().url}/v1/verify?mfa=1`, { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await asked(kate.accessToken)).toBe(401);
      expect(await asked((await logInWith(house(), kate.passkey)).body.accessToken)).toBe(200);
      const passkey = kate.passkey.get(await optionsOf(house(), rest, undefined, kate.accessToken));
      expect((await rest.send(house(), 'reauthenticate', { passkey }, kate.accessToken)).code).toBeNull();
      expect(await asked(kate.accessToken)).toBe(200);
      const key = new Authenticator(undefined, { isVerified: false });
      const lars = await provedPerson(house());
      const { body } = await rest.send(house(), 'newPasskeyOptions', { kind: 'security_key' }, lars.accessToken);
      expect((await rest.send(house(), 'addPasskey', { passkey: key.create(body.publicKey) }, lars.accessToken)).code).toBeNull();
      const { challenge } = await challengeOf(house(), lars);
      const shown = key.get(await optionsOf(house(), rest, { challenge }));
      const done = await rest.send(house(), 'completeLogin', { challenge, passkey: shown });
      expect([done.body.session.methods, await asked(done.body.accessToken)]).toEqual([['pwd', 'hwk'], 200]);
    });

    it('is helped by an operator who takes every second factor away', async () => {
      const kate = await owner(house());
      await owner(house(), new Authenticator(), kate);
      const { users, database } = house().app.services;
      expect(await users.resetSecondFactor(kate.username)).toMatchObject({ hadSecondFactor: true });
      await logIn(house(), kate);
      expect((await logInWith(house(), kate.passkey)).code).toBe('INVALID_CREDENTIALS');
      expect(await database.client.recoveryCode.count({ where: { userId: kate.id } })).toBe(0);
    });

    it('has at most fifty of them', async () => {
      const kate = await owner(house());
      const { client } = house().app.services.database;
      const { id: _, credentialId: __, ...row } = await client.passkey.findUniqueOrThrow({ where: { id: kate.passkeyId } });
      const more = Array.from({ length: 49 }, (_each, place) => ({
        ...row,
        id: randomUUID(),
        credentialId: `${kate.id}-${place}`,
      }));
      await client.passkey.createMany({ data: more });
      const refused = await add(house(), kate, new Authenticator(), graphql);
      expect(refused.body.issues).toEqual([{ path: 'passkey', message: 'is one too many: an account has at most 50' }]);
    });
  },
  { ...withPasskeys, AUTH_EMAIL_VERIFICATION: 'off' },
);

onBothDatabases(
  'guessing a passkey beside a password',
  (house) => {
    it('shares the tries of every second factor', async () => {
      const kate = await owner(house());
      const { challenge } = await challengeOf(house(), kate);
      const options = await optionsOf(house(), rest, { challenge });
      const guess = (spoilt = {}) => rest.send(house(), 'completeLogin', { challenge, passkey: kate.passkey.get(options, spoilt) });
      for (let time = 0; time < 5; time += 1) expect((await guess({ flipSignature: true })).code).toBe('INVALID_CREDENTIALS');
      expect((await guess()).code).toBe('RATE_LIMITED');
    });
  },
  { ...withPasskeys, ...defaultLimits },
);
