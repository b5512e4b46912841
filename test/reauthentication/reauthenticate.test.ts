/**
 * A fresh session (G of the design): G1 G2 G3 G4 G6 G7 G8 G9. G5 and G11 are in
 * test/second-factors; G10 is about the hosted pages, and comes with those.
 */
import { createVerifier } from '../../packages/verify/src/verifier';
import { createContextFactory } from '../../src/context';
import { Deadline } from '../../src/deadline';
import { createExecute } from '../../src/operations/execute';
import type { BoundOperation } from '../../src/operations/operation';
import { everywhere, graphql, logIn, newPerson, type Person, rest } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { newServiceClient } from '../support/service-client';
import { anotherDevice, newVisitor } from '../support/visitors';

const elevenMinutes = 11 * 60;
const mailbox = createMailbox();

/** An operation that needs a fresh session and does nothing. */
const probe = { name: 'probe', access: 'fresh', run: () => 'done' } as unknown as BoundOperation;
const client = { ipAddress: null, userAgent: null, requestId: 'test', isGone: () => false, deadline: new Deadline() };

/** What the guard says of a session. */
async function guard(house: House, token: string): Promise<string> {
  const createContext = createContextFactory(house.app.services);
  const context = createContext({ requester: client as never, authorization: `Bearer ${token}` });
  const execute = createExecute((_name, run) => run());
  return execute(probe, context, undefined).then(
    ({ value }) => String(value),
    (error: { code: string }) => error.code,
  );
}

everywhere(
  'reauthenticate',
  (house, door) => {
    const reauthenticate = (input: unknown, token?: string) => door.send(house(), 'reauthenticate', input, token);
    const rowOf = (id: string) => house().app.services.database.client.session.findUniqueOrThrow({ where: { id } });
    const eventsOf = (userId: string) =>
      house().app.services.database.client.auditEvent.findMany({ where: { userId, event: 'session.reauthenticated' } });

    it('makes the session fresh for ten minutes, no other one, and writes nothing but when (G2)', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      house().clock.advance(elevenMinutes);
      const before = await rowOf(kate.sessionId);
      expect([await guard(house(), kate.accessToken), await guard(house(), phone.accessToken)]).toEqual([
        'REAUTHENTICATION_REQUIRED',
        'REAUTHENTICATION_REQUIRED',
      ]);
      const { status, body, headers, text } = await reauthenticate({ password: kate.password }, kate.accessToken);
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      const row = await rowOf(kate.sessionId);
      expect({ ...row, verifiedAt: null }).toEqual(before);
      expect(Math.abs((row.verifiedAt?.getTime() ?? 0) - house().clock.now())).toBeLessThan(60_000);
      expect(body.session).toMatchObject({ id: kate.sessionId, current: true, methods: ['pwd'] });
      expect(Date.parse(body.session.freshUntil)).toBe((row.verifiedAt?.getTime() ?? 0) + 600_000);
      expect(text).not.toMatch(/gatehouse_rt_|ghr_|eyJ/);
      expect([await guard(house(), kate.accessToken), await guard(house(), phone.accessToken)]).toEqual([
        'done',
        'REAUTHENTICATION_REQUIRED',
      ]);
      expect(await eventsOf(kate.id)).toMatchObject([{ outcome: 'ok', sessionId: kate.sessionId, clientPrefix: '127.0.0.0/24' }]);
    });

    it('is not needed within ten minutes of a log-in (G3), and a refresh does not take its place (G8)', async () => {
      const kate = await newPerson(house());
      house().clock.advance(595);
      expect(await guard(house(), kate.accessToken)).toBe('done');
      const { body } = await door.send(house(), 'refresh', { refreshToken: kate.refreshToken });
      house().clock.advance(30);
      expect(await guard(house(), body.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
      expect(Date.parse(body.session.freshUntil)).toBeLessThan(house().clock.now());
    });

    it('gives INVALID_CREDENTIALS for a wrong password, and the session stays as it is', async () => {
      const kate = await newPerson(house());
      house().clock.advance(elevenMinutes);
      const { status, code } = await reauthenticate({ password: 'not the garden gate' }, kate.accessToken);
      expect([status, code]).toEqual([401, 'INVALID_CREDENTIALS']);
      expect((await rowOf(kate.sessionId)).verifiedAt).toBeNull();
      expect(await eventsOf(kate.id)).toMatchObject([{ outcome: 'refused', detail: 'wrong password' }]);
    });

    it('gives BAD_USER_INPUT for anything but one proof, before any hash', async () => {
      const kate = await newPerson(house());
      const hashes = house().app.services.hashing().completed;
      for (const input of [
        {},
        { password: null },
        { password: '' },
        { password: 7 },
        { password: ['a'] },
        { password: 'a\0b' },
        { password: 'x'.repeat(1_025) },
        { password: kate.password, userId: kate.id },
      ]) {
        const { status, code, text } = await reauthenticate(input, kate.accessToken);
        expect([input, status, code]).toEqual([input, 400, 'BAD_USER_INPUT']);
        expect(text).not.toContain('garden');
      }
      expect(house().app.services.hashing().completed).toBe(hashes);
    });

    it('refuses a caller without a live session, before any hash', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      await door.send(house(), 'logout', undefined, phone.accessToken);
      const hashes = house().app.services.hashing().completed;
      for (const token of [undefined, 'garbage', kate.refreshToken, phone.accessToken])
        expect((await reauthenticate({ password: kate.password }, token)).code).toBe('UNAUTHENTICATED');
      expect(house().app.services.hashing().completed).toBe(hashes);
    });

    it('does not take a password that others know, and says what counts instead', async () => {
      const kate = await newPerson(house());
      const { database } = house().app.services;
      await database.client.user.update({ where: { id: kate.id }, data: { passwordDistrustedAt: new Date(house().clock.now()) } });
      await database.notices.publish(database.client, 'user', [kate.id]);
      const { status, code, body } = await reauthenticate({ password: kate.password }, kate.accessToken);
      expect([status, code]).toEqual([401, 'REAUTHENTICATION_REQUIRED']);
      expect(body.methods.map((method: string) => method.toUpperCase())).toEqual(['EMAIL_CODE']);
    });

    it('takes a code by mail from somebody who has no password, once, and in the session that asked for it alone', async () => {
      const kate = await newVisitor(house());
      const phone = await anotherDevice(house(), kate);
      house().clock.advance(elevenMinutes);
      const sent = await door.send(house(), 'requestReauthentication', undefined, kate.accessToken);
      expect([sent.code, sent.body.attempt]).toEqual([null, expect.stringMatching(/^gatehouse_ma_/)]);
      const { code } = await mailbox.next(kate.email, 'reauthentication-code');
      const { attempt } = sent.body;
      const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, '0');
      expect((await reauthenticate({ attempt, code: wrong }, kate.accessToken)).code).toBe('INVALID_CODE');
      expect((await reauthenticate({ attempt, code }, phone.accessToken)).code).toBe('INVALID_CODE');
      expect(await guard(house(), kate.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
      expect((await reauthenticate({ code }, kate.accessToken)).code).toBeNull();
      expect([await guard(house(), kate.accessToken), await guard(house(), phone.accessToken)]).toEqual([
        'done',
        'REAUTHENTICATION_REQUIRED',
      ]);
      expect((await reauthenticate({ attempt, code }, kate.accessToken)).code).toBe('INVALID_CODE');
    });

    it('sends no code to somebody who has a password, and takes none', async () => {
      const kate = await newPerson(house());
      expect((await door.send(house(), 'requestReauthentication', undefined, kate.accessToken)).code).toBe('REAUTHENTICATION_REQUIRED');
      const { code, body } = await reauthenticate({ code: '12345678' }, kate.accessToken);
      expect([code, body.methods.map((method: string) => method.toUpperCase())]).toEqual(['REAUTHENTICATION_REQUIRED', ['PASSWORD']]);
    });

    it('does not take a password from somebody who has none', async () => {
      const kate = await newVisitor(house());
      const { code, body } = await reauthenticate({ password: 'a quiet garden gate' }, kate.accessToken);
      expect([code, body.methods.map((method: string) => method.toUpperCase())]).toEqual(['REAUTHENTICATION_REQUIRED', ['EMAIL_CODE']]);
    });
  },
  mailbox.environment,
);

onBothDatabases('the guard of a fresh session', (house) => {
  it('gives 401 with what counts as a proof, and says it to programs as RFC 9470 does (G1)', async () => {
    const kate = await newPerson(house());
    house().clock.advance(elevenMinutes);
    const { services } = house().app;
    const verdict = await services.sessionCheck.authenticate(`Bearer ${kate.accessToken}`);
    if (!verdict.accepted) throw new Error(verdict.reason);
    await expect(services.freshness.require(verdict.session)).rejects.toMatchObject({
      code: 'REAUTHENTICATION_REQUIRED',
      status: 401,
      details: { methods: ['PASSWORD'], maxAgeSeconds: 600 },
    });
  });

  it('counts a session as fresh until the last millisecond, and not after it', async () => {
    house().clock.stop();
    const kate = await newPerson(house());
    house().clock.advance(600);
    expect(await guard(house(), kate.accessToken)).toBe('done');
    house().clock.advance(0.001);
    expect(await guard(house(), kate.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
  });
});

onBothDatabases(
  'the guard of a fresh session, with AUTH_FRESH_SECONDS of a minute',
  (house) => {
    it('asks again after that minute', async () => {
      const kate = await newPerson(house());
      house().clock.advance(50);
      expect(await guard(house(), kate.accessToken)).toBe('done');
      house().clock.advance(15);
      expect(await guard(house(), kate.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
    });
  },
  { AUTH_FRESH_SECONDS: '60' },
);

onTwoNodes(
  'reauthenticate',
  (nodes) => {
    const passwords = { currentPassword: 'not the garden gate', newPassword: 'a louder garden gate' };

    it('is seen at once on every node, also where the session is remembered (G9)', async () => {
      const [first, second] = nodes();
      for (const [here, there] of [
        [first, second],
        [second, first],
      ] as const) {
        const kate = await newPerson(here);
        here.clock.advance(elevenMinutes);
        expect([await guard(here, kate.accessToken), await guard(there, kate.accessToken)]).toEqual(
          Array(2).fill('REAUTHENTICATION_REQUIRED'),
        );
        await rest.send(here, 'reauthenticate', { password: kate.password }, kate.accessToken);
        expect([await guard(here, kate.accessToken), await guard(there, kate.accessToken)]).toEqual(['done', 'done']);
        const { body } = await graphql.send(there, 'sessions', undefined, kate.accessToken);
        expect(Date.parse(body.sessions[0].freshUntil)).toBeGreaterThan(there.clock.now());
      }
    });

    it('makes no session fresh that ends at the same time (G7)', async () => {
      const [first, second] = nodes();
      for (let round = 0; round < 10; round += 1) {
        const kate = await newPerson(first);
        first.clock.advance(elevenMinutes);
        const [answer] = await Promise.all([
          rest.send(first, 'reauthenticate', { password: kate.password }, kate.accessToken),
          rest.send(second, 'logout', { scope: 'all' }, kate.accessToken),
        ]);
        expect([null, 'UNAUTHENTICATED']).toContain(answer.code); // before it, or after it
        for (const node of nodes()) expect(await guard(node, kate.accessToken)).toBe('UNAUTHENTICATED');
      }
    });

    it('leaves auth_time as it is: who verifies offline refuses after "log out everywhere" (G6)', async () => {
      const [node] = nodes();
      const kate = await newPerson(node);
      const { id, secret } = await newServiceClient(node);
      const verifier = createVerifier({
        issuer: 'http://gatehouse.test',
        url: node.url,
        clientId: id,
        clientSecret: secret,
        everySeconds: 0,
        maxStalenessSeconds: 10,
        now: node.clock.now,
      });
      const authTimeOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).auth_time;
      const before = authTimeOf(kate.accessToken);
      node.clock.advance(elevenMinutes);
      const proved = await rest.send(node, 'reauthenticate', { password: kate.password }, kate.accessToken);
      expect(proved.code).toBeNull();
      const { body } = await rest.send(node, 'refresh', { refreshToken: kate.refreshToken });
      expect(authTimeOf(body.accessToken)).toBe(before);
      await verifier.refresh();
      expect((await verifier.verify(body.accessToken)).accepted).toBe(true);
      await rest.send(node, 'logout', { scope: 'all' }, body.accessToken);
      await verifier.refresh();
      expect(await verifier.verify(body.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
      await verifier.close();
    });

    it('shares the tries of changePassword: ten wrong ones, however they are spelt, and both wait (G4)', async () => {
      const [first, second] = nodes();
      const kate = await newPerson(first);
      const wrong = async (turn: number) =>
        turn % 2 === 0
          ? await rest.send(first, 'reauthenticate', { password: 'not the garden gate' }, kate.accessToken)
          : await graphql.send(second, 'changePassword', passwords, kate.accessToken);
      for (let turn = 0; turn < 10; turn += 1) expect([turn, (await wrong(turn)).code]).toEqual([turn, 'INVALID_CREDENTIALS']);
      for (const turn of [0, 1]) expect((await wrong(turn)).code).toBe('RATE_LIMITED');
      const right = await graphql.send(second, 'reauthenticate', { password: kate.password }, kate.accessToken);
      expect([right.status, right.code, right.headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', expect.any(String)]);
      const other: Person = await newPerson(first);
      expect((await rest.send(first, 'reauthenticate', { password: other.password }, other.accessToken)).code).toBeNull();
    });
  },
  defaultLimits,
);
