/**
 * Leaving (N of the design): N1 N2 N3 N4 N6 N7 N9 N10 N12. N5 and N11 are in timeline/links.test.ts; N8 is killed.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { createVerifier } from '../../packages/verify/src/verifier';
import { everywhere, graphql, logIn, newPerson, type Person, rest, uniqueName, whoAmI } from '../support/doors';
import { dumpOf } from '../support/dump';
import { followEvents } from '../support/events';
import { type House, onBothDatabases, onTwoNodes, openHouse, TestClock } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { newServiceClient } from '../support/service-client';
import { databaseKinds } from '../support/stage';
import { until } from '../support/until';

const day = 24 * 60 * 60;
const mailbox = createMailbox();

const rowOf = (house: House, id: string) => house.app.services.database.client.user.findUnique({ where: { id } });
const eventsOf = async (house: House, userId: string) =>
  (await house.app.services.database.client.auditEvent.findMany({ where: { userId }, orderBy: { at: 'asc' } })).map(({ event }) => event);

everywhere(
  'deleteAccount',
  (house, door) => {
    const leave = (token?: string) => door.send(house(), 'deleteAccount', undefined, token);

    it('plans the deletion for thirty days later, ends every session, and tells the owner (N2)', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      const other = await newPerson(house());
      const { status, body, headers } = await leave(kate.accessToken);
      expect([status, headers.get('cache-control')]).toEqual([door.name === 'REST' ? 202 : 200, 'no-store']);
      expect(body).toEqual({ deletesAt: expect.any(String), endedSessions: 2 });
      const inDays = (Date.parse(body.deletesAt) - house().clock.now()) / (day * 1000);
      expect([inDays > 29.99, inDays <= 30]).toEqual([true, true]);
      expect((await rowOf(house(), kate.id))?.deletesAt?.toISOString()).toBe(body.deletesAt);
      for (const { accessToken, refreshToken } of [kate, phone]) {
        expect((await door.send(house(), 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
        expect((await door.send(house(), 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      }
      expect(await whoAmI(house(), other.accessToken)).toMatchObject({ id: other.id });
      const mail = await mailbox.next(kate.email, 'deletion-scheduled');
      expect([mail.link !== null, mail.code]).toEqual([true, null]);
      expect(mail.text).toContain(kate.username);
      expect(await eventsOf(house(), kate.id)).toContain('account.deletion_scheduled');
    });

    it('asks for a fresh session, and changes nothing without one (N1)', async () => {
      const kate = await newPerson(house());
      house().clock.advance(11 * 60);
      const refused = await leave(kate.accessToken);
      expect([refused.status, refused.code]).toEqual([401, 'REAUTHENTICATION_REQUIRED']);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_user_authentication", max_age=600');
      expect((await rowOf(house(), kate.id))?.deletesAt).toBeNull();
      await door.send(house(), 'reauthenticate', { password: kate.password }, kate.accessToken);
      expect((await leave(kate.accessToken)).code).toBeNull();
    });

    it('refuses a caller without a live session', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      await door.send(house(), 'logout', undefined, phone.accessToken);
      for (const token of [undefined, 'garbage', kate.refreshToken, phone.accessToken])
        expect((await leave(token)).code).toBe('UNAUTHENTICATED');
      expect((await rowOf(house(), kate.id))?.deletesAt).toBeNull();
    });

    it('answers a right log-in with DELETION_SCHEDULED and a wrong one like an unknown name; completeLogin takes it back (N3, N4)', async () => {
      const kate = await newPerson(house());
      await leave(kate.accessToken);
      const right = await door.send(house(), 'login', { username: kate.username, password: kate.password });
      expect([right.status, right.code, right.body.deletesAt]).toEqual([403, 'DELETION_SCHEDULED', expect.any(String)]);
      const wrong = await door.send(house(), 'login', { username: kate.username, password: 'not the garden gate' });
      const unknown = await door.send(house(), 'login', { username: uniqueName(), password: 'not the garden gate' });
      const withoutId = ({ status, text }: { status: number; text: string }) => [
        status,
        text.replaceAll(/[\da-f]{8}-[\da-f-]{27}|"rateLimit":\{.*?\}/g, ''),
      ];
      expect(withoutId(wrong)).toEqual(withoutId(unknown));

      const back = await door.send(house(), 'completeLogin', { challenge: right.body.challenge });
      expect([back.code, back.body.user.id]).toEqual([null, kate.id]);
      expect((await rowOf(house(), kate.id))?.deletesAt).toBeNull();
      expect(await whoAmI(house(), back.body.accessToken)).toMatchObject({ id: kate.id });
      expect(await whoAmI(house(), kate.accessToken)).toBeNull(); // what the deletion ended stays ended
      expect(await eventsOf(house(), kate.id)).toEqual(
        expect.arrayContaining(['account.deletion_scheduled', 'account.deletion_cancelled']),
      );
      expect((await mailbox.next(kate.email, 'deletion-cancelled')).text).toContain(kate.username);
      house().clock.advance(31 * day);
      await house().app.services.jobs.runDue();
      expect(await rowOf(house(), kate.id)).not.toBeNull();
    });

    it('is kept by whoever has to set a new password first, or has disputed a stranger by a mail: a reset works, and does not take it back', async () => {
      const password = 'a louder garden gate';
      for (const by of ['a breached password', 'a dispute']) {
        const kate = await newPerson(house());
        const { client } = house().app.services.database;
        await door.send(house(), 'changePassword', { currentPassword: kate.password, newPassword: password }, kate.accessToken);
        const told = await mailbox.next(kate.email, 'password-changed');
        await leave(kate.accessToken);
        if (by === 'a dispute') {
          const headers = { origin: 'http://gatehouse.test', 'x-forwarded-host': 'gatehouse.test' };
          const path = new URL(told.link ?? '').pathname;
          expect((await fetch(house().url + path, { method: 'POST', headers, body: new URLSearchParams() })).status).toBe(200);
        } else {
          await client.user.update({ where: { id: kate.id }, data: { passwordDistrustedAt: new Date(house().clock.now()) } });
          const right = await door.send(house(), 'login', { username: kate.username, password });
          expect((await door.send(house(), 'completeLogin', { challenge: right.body.challenge })).code).toBe('PASSWORD_RESET_REQUIRED');
        }
        const { token } = await mailbox.next(kate.email, 'reset-code');
        const newPassword = 'another quiet garden gate';
        expect([by, (await door.send(house(), 'resetPassword', { token, newPassword })).code]).toEqual([by, null]);
        expect((await rowOf(house(), kate.id))?.deletesAt).not.toBeNull();
        const again = await door.send(house(), 'login', { username: kate.username, password: newPassword });
        expect(again.code).toBe('DELETION_SCHEDULED');
        expect((await door.send(house(), 'completeLogin', { challenge: again.body.challenge })).code).toBeNull();
        expect((await rowOf(house(), kate.id))?.deletesAt).toBeNull();
      }
    });

    it('takes no new password once the moment of its deletion is over', async () => {
      const kate = await newPerson(house());
      await leave(kate.accessToken);
      const { client } = house().app.services.database;
      await client.user.update({ where: { id: kate.id }, data: { passwordDistrustedAt: new Date(house().clock.now()) } });
      house().clock.advance(30 * day - 60);
      const right = await door.send(house(), 'login', { username: kate.username, password: kate.password });
      await door.send(house(), 'completeLogin', { challenge: right.body.challenge });
      const { token } = await mailbox.next(kate.email, 'reset-code');
      house().clock.advance(120);
      expect((await door.send(house(), 'resetPassword', { token, newPassword: 'another quiet garden gate' })).code).toBe('INVALID_CODE');
    });

    it('keeps name and address taken until the account is erased, and frees them then (N6)', async () => {
      const kate = await newPerson(house());
      await leave(kate.accessToken);
      const again = { username: kate.username, email: kate.email, password: kate.password };
      expect((await door.send(house(), 'register', again)).code).toBe('USERNAME_TAKEN');
      expect((await door.send(house(), 'register', { ...again, username: uniqueName() })).code).toBe('EMAIL_TAKEN');
      house().clock.advance(30 * day + 1);
      expect((await door.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBe('INVALID_CREDENTIALS');
      await house().app.services.jobs.runDue();
      expect((await door.send(house(), 'register', again)).code).toBeNull();
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'an account that is to be deleted',
  (house) => {
    it('is nobody for everybody else', async () => {
      const kate = await newPerson(house());
      const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id username } } }`;
      const ask = async () => {
        const response = await fetch(`${house().url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: entities, variables: { representations: [{ __typename: 'User', id: kate.id }] } }),
        });
        return ((await response.json()) as { data: { _entities: unknown[] } }).data._entities;
      };
      expect(await ask()).toEqual([{ id: kate.id, username: kate.username }]);
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      expect(await ask()).toEqual([null]);
    });

    it('is erased when its time is over: nothing of it is left in any table but ids and kinds of events (N7)', async () => {
      const canary = uniqueName();
      const kate = await newPerson(house(), { username: canary });
      const { client } = house().app.services.database;
      const { accessToken } = await logIn(house(), kate);
      await rest.send(house(), 'updateProfile', { name: `Name ${canary}`, bio: `Bio ${canary}` }, accessToken);
      await rest.send(house(), 'login', { username: canary, password: 'not the garden gate' });
      const emailKey = `old-${canary}@example.com`;
      const at = new Date(house().clock.now());
      const soon = new Date(at.getTime() + 60 * day * 1000);
      await client.reservedEmail.create({ data: { emailKey, email: emailKey, userId: kate.id, expiresAt: soon } });
      await client.mailToken.create({
        data: {
          id: `t-${canary}`,
          purpose: 'REGISTER',
          email: kate.email,
          emailKey: kate.email,
          salt: 's',
          createdAt: at,
          expiresAt: soon,
        },
      });
      await client.totp.create({ data: { userId: kate.id, secret: `totp ${canary}`, createdAt: at } });
      await client.recoveryCode.create({ data: { id: `r-${canary}`, userId: kate.id, codeHash: `hash ${canary}`, createdAt: at } });
      await client.passkey.create({
        data: {
          id: `p-${canary}`,
          userId: kate.id,
          credentialId: `credential ${canary}`,
          publicKey: 'k',
          counter: 1n,
          verifiesUser: true,
          synced: false,
          name: `key of ${canary}`,
          createdAt: at,
        },
      });
      await client.identity.create({
        data: { id: `i-${canary}`, userId: kate.id, provider: 'p', issuer: 'i', subject: canary, email: kate.email, createdAt: at },
      });
      const { passwordHash } = (await rowOf(house(), kate.id)) ?? {};
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      await mailbox.settled(house());
      const before = await dumpOf(house());
      expect(before).toContain(canary);

      house().clock.advance(30 * day + 1);
      await client.mail.create({ data: { id: `m-${canary}`, kind: 'new-login', recipient: kate.email, dueAt: soon, createdAt: at } });
      expect(await house().app.services.jobs.runDue()).toContain('erase-accounts');
      const dump = await dumpOf(house());
      for (const trace of [canary, passwordHash, 'Test Browser']) expect([trace, dump.includes(String(trace))]).toEqual([trace, false]);
      expect(await client.session.count({ where: { userId: kate.id } })).toBe(0);
      const events = await client.auditEvent.findMany({ where: { userId: kate.id } });
      expect(events.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['user.registered', 'login', 'account.deletion_scheduled', 'account.erased']),
      );
      for (const { clientPrefix, userAgent, subject, event } of events)
        if (event !== 'account.erased') expect([clientPrefix, userAgent, subject]).toEqual([null, null, null]);
    });

    it('of two wishes at once one is planned, and of each session one answer', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      const answers = await Promise.all(
        [kate, phone].map(({ accessToken }) => rest.send(house(), 'deleteAccount', undefined, accessToken)),
      );
      expect(answers.map(({ code }) => code).sort()).toEqual([null, 'UNAUTHENTICATED'].sort());
      expect((await eventsOf(house(), kate.id)).filter((event) => event === 'account.deletion_scheduled')).toHaveLength(1);
    });
  },
  { ...mailbox.environment, AUTH_FEDERATION: 'on' },
);

onBothDatabases(
  'AUTH_DELETION_DAYS=0',
  (house) => {
    it('erases the account in the transaction of the wish, and sends nothing (N10)', async () => {
      const kate: Person = await newPerson(house());
      const { status, body } = await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      expect([status, body.endedSessions]).toEqual([202, 1]);
      expect(Math.abs(Date.parse(body.deletesAt) - house().clock.now())).toBeLessThan(60_000);
      expect(await rowOf(house(), kate.id)).toBeNull();
      expect(await whoAmI(house(), kate.accessToken)).toBeNull();
      const events = await house().app.services.database.client.auditEvent.findMany({ where: { userId: kate.id } });
      for (const { clientPrefix, userAgent } of events)
        expect([clientPrefix ?? 'none', userAgent ?? 'gatehouse']).toEqual(['none', 'gatehouse']);
      expect(events.map(({ event }) => event)).toContain('account.erased');
      await mailbox.settled(house());
      expect((await mailbox.unread(kate.email)).map(({ kind }) => kind)).not.toContain('deletion-scheduled');
      const again = { username: kate.username, email: kate.email, password: kate.password };
      expect((await rest.send(house(), 'register', again)).code).toBeNull();
    });
  },
  { ...mailbox.environment, AUTH_DELETION_DAYS: '0' },
);

onTwoNodes(
  'deleteAccount',
  (nodes) => {
    it('is seen at once on every node, and told in the feed of revocations (N2)', async () => {
      const [first, second] = nodes();
      const { authorization } = await newServiceClient(first);
      const events = await followEvents(second, authorization);
      const kate = await newPerson(first);
      const phone = await logIn(second, kate);
      expect(await whoAmI(second, kate.accessToken)).toMatchObject({ id: kate.id });
      await rest.send(first, 'deleteAccount', undefined, kate.accessToken);
      for (const { accessToken } of [kate, phone]) {
        expect((await graphql.send(second, 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
        expect((await graphql.send(first, 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
      }
      await until('the feed has told of both sessions', () =>
        [kate.sessionId, phone.sessionId].every((id) => events.sessions().includes(id)),
      );
      events.leave();
    });

    it('makes an offline verifier refuse the tokens of before, also once the account is erased (N12)', async () => {
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
      await verifier.refresh();
      expect((await verifier.verify(kate.accessToken)).accepted).toBe(true);
      await rest.send(node, 'deleteAccount', undefined, kate.accessToken);
      await node.app.services.leaving.erase((await rowOf(node, kate.id)) as never);
      await verifier.refresh();
      expect(await verifier.verify(kate.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
      await verifier.close();
    });
  },
  mailbox.environment,
);

describe.each(databaseKinds)('a restoring on a node and the erasing on another, whose clock is ahead, on %s', (kind) => {
  let behind: House;
  let ahead: House;
  beforeAll(async () => {
    behind = await openHouse(kind, mailbox.environment);
    ahead = await openHouse(kind, mailbox.environment, { databaseUrl: behind.databaseUrl, clock: new TestClock() });
    ahead.clock.advance(60);
  });
  afterAll(async () => {
    await ahead.close();
    await behind.close();
  });

  it('have one outcome, a hundred times (N9)', async () => {
    for (let round = 0; round < 100; round += 1) {
      const id = await newLeaver(behind);
      const user = await rowOf(behind, id);
      if (user === null) throw new Error('there is no such user');
      const [restored] = await Promise.all([behind.app.services.leaving.restore(user), ahead.app.services.leaving.eraseDue()]);
      const [row, events] = [await rowOf(behind, id), await eventsOf(behind, id)];
      const isRestored = restored !== null;
      expect([row?.deletesAt, events]).toEqual(isRestored ? [null, ['account.deletion_cancelled']] : [undefined, ['account.erased']]);
    }
  });
});

/** Somebody without a password and a session: on the node whose clock is ahead, the time to take the deletion back is over. */
async function newLeaver(house: House): Promise<string> {
  const [id, username, now] = [randomUUID(), uniqueName(), new Date(house.clock.now())];
  const email = `${username}@example.com`;
  const deletesAt = new Date(now.getTime() + 30_000);
  await house.app.services.database.client.user.create({
    data: { id, username, usernameKey: username, email, emailKey: email, createdAt: now, updatedAt: now, deletesAt },
  });
  return id;
}
