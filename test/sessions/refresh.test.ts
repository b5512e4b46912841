import { randomBytes } from 'node:crypto';
import { createSecrets } from '../../src/secrets';
import { readRefreshToken, writeRefreshToken } from '../../src/tokens/refresh-token';
import { everywhere, graphql, rest, whoAmI } from '../support/doors';
import { readClaims, secretsOf } from '../support/forgery';
import { type House, onBothDatabases, onTwoNodes, openHouse } from '../support/house';
import { anotherDevice, newVisitor, type Visitor } from '../support/visitors';

const day = 24 * 60 * 60;

everywhere('refresh', (house, door) => {
  const refresh = (refreshToken: unknown, token?: string) => door.send(house(), 'refresh', { refreshToken }, token);
  const client = () => house().app.services.database.client;
  const row = (id: string) => client().session.findUniqueOrThrow({ where: { id } });

  it('gives a new pair of tokens of the same session, and moves its idle end', async () => {
    const kate = await newVisitor(house());
    const before = await row(kate.sessionId);
    house().clock.advance(3600);
    const { status, body, headers } = await refresh(kate.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { id: kate.id },
      session: { id: kate.sessionId, current: true },
      tokenType: 'Bearer',
      expiresIn: 900,
    });
    expect(body.refreshToken).toMatch(/^ghr_/);
    expect([body.refreshToken, body.accessToken]).not.toContain(kate.refreshToken);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    const after = await row(kate.sessionId);
    expect(after).toMatchObject({ refreshCounter: 1, expiresAt: before.expiresAt, authenticatedAt: before.authenticatedAt });
    expect(after.refreshSalt).not.toBe(before.refreshSalt);
    expect(after.lastUsedAt.getTime() - before.lastUsedAt.getTime()).toBeGreaterThanOrEqual(3_600_000);
    expect(after.idleExpiresAt.getTime() - before.idleExpiresAt.getTime()).toBeGreaterThanOrEqual(3_600_000);
    expect(await whoAmI(house(), body.accessToken)).toMatchObject({ id: kate.id });
  });

  it('keeps the time of the log-in, and reads the roles afresh', async () => {
    const kate = await newVisitor(house());
    await house().app.services.users.setRoles(kate.username, ['EDITOR']);
    house().clock.advance(60);
    const { body } = await refresh(kate.refreshToken);
    expect(readClaims(body.accessToken)).toMatchObject({ auth_time: readClaims(kate.accessToken).auth_time, roles: ['EDITOR'] });
    expect(body.user.roles).toEqual(['EDITOR']);
  });

  it('gives a spent token its successor again within the grace, so that a lost answer can be asked for again', async () => {
    const kate = await newVisitor(house());
    const first = await refresh(kate.refreshToken);
    house().clock.advance(9);
    const again = await refresh(kate.refreshToken);
    expect(again.body.refreshToken).toBe(first.body.refreshToken);
    expect(await row(kate.sessionId)).toMatchObject({ refreshCounter: 1, revokedAt: null });
    expect((await refresh(again.body.refreshToken)).code).toBeNull();
    expect(await whoAmI(house(), again.body.accessToken)).toMatchObject({ id: kate.id });
  });

  it('ends the session, and no other, when a spent token comes back after the grace', async () => {
    const kate = await newVisitor(house());
    const other = await anotherDevice(house(), kate);
    const { body } = await refresh(kate.refreshToken);
    house().clock.advance(11);
    const reused = await refresh(kate.refreshToken);
    expect([reused.status, reused.code]).toEqual([401, 'REFRESH_TOKEN_REUSED']);
    expect((await row(kate.sessionId)).revokedAt).not.toBeNull();
    for (const token of [kate.accessToken, body.accessToken]) expect(await whoAmI(house(), token)).toBeNull();
    for (const token of [body.refreshToken, kate.refreshToken]) expect((await refresh(token)).code).toBe('INVALID_REFRESH_TOKEN');
    expect(await whoAmI(house(), other.accessToken)).toMatchObject({ id: kate.id });
    expect((await refresh(other.refreshToken)).code).toBeNull();
  });

  it('has no longer grace because the clock was set back', async () => {
    const kate = await newVisitor(house());
    await refresh(kate.refreshToken);
    house().clock.advance(-11);
    const reused = await refresh(kate.refreshToken);
    house().clock.advance(11);
    expect(reused.code).toBe('REFRESH_TOKEN_REUSED');
  });

  it('ends the session when the last but one comes back, even within the grace', async () => {
    const kate = await newVisitor(house());
    const second = await refresh(kate.refreshToken);
    const third = await refresh(second.body.refreshToken);
    expect((await refresh(kate.refreshToken)).code).toBe('REFRESH_TOKEN_REUSED');
    expect(await whoAmI(house(), third.body.accessToken)).toBeNull();
    expect((await refresh(third.body.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it.each([
    ['INVALID_REFRESH_TOKEN', 'nothing', undefined],
    ['INVALID_REFRESH_TOKEN', 'null', null],
    ['INVALID_REFRESH_TOKEN', 'an empty text', ''],
    ['INVALID_REFRESH_TOKEN', 'another text', 'garbage'],
    ['INVALID_REFRESH_TOKEN', 'a token of the right form', `ghr_${randomBytes(61).toString('base64url')}`],
    ['BAD_USER_INPUT', 'a number', 42],
    ['BAD_USER_INPUT', 'an object', { not: '' }],
    ['BAD_USER_INPUT', 'a list', ['ghr_']],
    ['BAD_USER_INPUT', 'a NUL', 'ghr_\0'],
    ['BAD_USER_INPUT', 'a very long text', 'g'.repeat(90_000)],
    ['PAYLOAD_TOO_LARGE', 'a megabyte', 'g'.repeat(1_000_000)],
  ])('gives %s for %s, and asks the database nothing', async (expected, _what, token) => {
    await newVisitor(house());
    const queries = house().queries.length;
    const { code, text } = await refresh(token);
    expect(code).toBe(expected);
    expect(text).not.toMatch(/garbage|ghr_|ggg/);
    expect(house().queries.length).toBe(queries);
  });

  it('refuses a token that was changed anywhere, or made with another secret, without a query', async () => {
    const kate = await newVisitor(house());
    const content = readRefreshToken(kate.refreshToken, secretsOf(house()));
    if (content === null) throw new Error('it is one of ours');
    const exchanged = (at: number) => {
      const letter = kate.refreshToken[at] === 'A' ? 'B' : 'A';
      return kate.refreshToken.slice(0, at) + letter + kate.refreshToken.slice(at + 1);
    };
    const queries = house().queries.length;
    for (const token of [
      ...[0, 4, 5, 20, 30, 40, 50, 84].map(exchanged),
      `${kate.refreshToken.slice(0, -1)}${String.fromCharCode(kate.refreshToken.charCodeAt(85) + 1)}`,
      ` ${kate.refreshToken}`,
      `${kate.refreshToken}\n`,
      `${kate.refreshToken}=`,
      kate.refreshToken.slice(0, -1),
      kate.refreshToken.toUpperCase(),
      kate.refreshToken.slice(4),
      kate.accessToken,
      writeRefreshToken(content, createSecrets([randomBytes(48).toString('base64')])),
    ])
      expect((await refresh(token)).code).toBe('INVALID_REFRESH_TOKEN');
    expect(house().queries.length).toBe(queries);
    expect((await refresh(kate.refreshToken)).code).toBeNull();
  });

  it('refuses a token of a time that the database does not know, and ends nothing', async () => {
    const kate = await newVisitor(house());
    const content = readRefreshToken(kate.refreshToken, secretsOf(house()));
    if (content === null) throw new Error('it is one of ours');
    for (const ofLostTime of [
      { ...content, counter: 1 },
      { ...content, counter: 4_294_967_295 },
      { ...content, salt: randomBytes(8).toString('base64url') },
      { ...content, sessionId: '00000000-0000-4000-8000-000000000000' },
    ])
      expect((await refresh(writeRefreshToken(ofLostTime, secretsOf(house())))).code).toBe('INVALID_REFRESH_TOKEN');
    expect(await row(kate.sessionId)).toMatchObject({ refreshCounter: 0, revokedAt: null });
    expect((await refresh(kate.refreshToken)).code).toBeNull();
  });

  it('revoking with a token of a time that the database does not know ends nothing', async () => {
    const kate = await newVisitor(house());
    const content = readRefreshToken(kate.refreshToken, secretsOf(house()));
    if (content === null) throw new Error('it is one of ours');
    for (const ofLostTime of [
      { ...content, counter: 1 },
      { ...content, counter: 4_294_967_295 },
      { ...content, salt: randomBytes(8).toString('base64url') },
    ]) {
      const body = new URLSearchParams({ token: writeRefreshToken(ofLostTime, secretsOf(house())) });
      expect((await fetch(`${house().url}/v1/revoke`, { method: 'POST', body })).status).toBe(200);
    }
    expect(await row(kate.sessionId)).toMatchObject({ revokedAt: null });
    expect((await refresh(kate.refreshToken)).code).toBeNull();
  });

  it('finds nothing in the database that could be used as a token', async () => {
    const kate = await newVisitor(house());
    const stored = Object.values(await row(kate.sessionId)).filter((value) => typeof value === 'string');
    expect(stored).not.toContain(kate.refreshToken);
    for (const value of stored) expect((await refresh(value)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('works with a broken or expired token in the header', async () => {
    const kate = await newVisitor(house());
    house().clock.advance(1000);
    const first = await refresh(kate.refreshToken, kate.accessToken);
    expect(first.code).toBeNull();
    expect((await refresh(first.body.refreshToken, 'garbage')).code).toBeNull();
  });

  it('gives INVALID_REFRESH_TOKEN for a session that has been ended in any way, and it is marked so', async () => {
    const { users } = house().app.services;
    const ways: ((person: Visitor) => Promise<unknown>)[] = [
      ({ accessToken }) => door.send(house(), 'logout', undefined, accessToken),
      ({ accessToken, sessionId }) => door.send(house(), 'revokeSession', sessionId, accessToken),
      ({ id }) => users.disable(id),
      async ({ id }) => [await users.disable(id), await users.enable(id)],
      ({ id }) => users.revokeSessions(id),
    ];
    for (const end of ways) {
      const kate = await newVisitor(house());
      await end(kate);
      expect((await refresh(kate.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
      expect((await row(kate.sessionId)).revokedAt).not.toBeNull();
    }
  });

  it('gives INVALID_REFRESH_TOKEN once the user has been deleted', async () => {
    const kate = await newVisitor(house());
    await client().user.delete({ where: { id: kate.id } });
    expect((await refresh(kate.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('ends with the session: when unused for its idle time, and at the latest at its absolute end', async () => {
    const [idle, busy] = [await newVisitor(house()), await newVisitor(house())];
    let { refreshToken } = busy;
    for (const days of [29, 29, 29]) {
      house().clock.advance(days * day);
      const { body } = await refresh(refreshToken);
      refreshToken = body.refreshToken;
    }
    expect((await refresh(idle.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    house().clock.advance(3 * day - 60);
    const last = await refresh(refreshToken);
    expect(last.body.expiresIn).toBeLessThanOrEqual(60); // a token never outlives its session
    expect(await whoAmI(house(), last.body.accessToken)).toMatchObject({ id: busy.id });
    house().clock.advance(60);
    expect((await refresh(last.body.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    expect(await whoAmI(house(), last.body.accessToken)).toBeNull();
  });
});

const twenty = async (nodes: () => readonly [House, House], refreshToken: string) =>
  Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      (turn % 2 ? graphql : rest).send(turn % 4 < 2 ? nodes()[0] : nodes()[1], 'refresh', { refreshToken }),
    ),
  );

onBothDatabases(
  'a refresh after AUTH_ACCESS_TOKEN_SECONDS was lowered',
  (house) => {
    it('leaves what is told of the session at its end as long as the longest of its access tokens', async () => {
      const kate = await newVisitor(house());
      const kind = house().databaseUrl.startsWith('file:') ? 'sqlite' : 'postgresql';
      const lowered = await openHouse(kind, { AUTH_ACCESS_TOKEN_SECONDS: '60' }, house());
      try {
        const { body } = await rest.send(lowered, 'refresh', { refreshToken: kate.refreshToken });
        expect([body.expiresIn, await whoAmI(lowered, kate.accessToken)]).toMatchObject([60, { id: kate.id }]);
        await rest.send(lowered, 'logout', undefined, body.accessToken);
        const told = await house().app.services.database.client.revocation.findUniqueOrThrow({ where: { id: kate.sessionId } });
        expect(told.expiresAt.getTime()).toBeGreaterThanOrEqual(Number(readClaims(kate.accessToken).exp) * 1000);
      } finally {
        await lowered.close();
      }
    });
  },
  { AUTH_ACCESS_TOKEN_SECONDS: '3600' },
);

onTwoNodes('twenty refreshes of one token at once', (nodes) => {
  it('give one rotation and twenty answers that can all be used', async () => {
    const kate = await newVisitor(nodes()[0]);
    const answers = await twenty(nodes, kate.refreshToken);
    expect(answers.map(({ code }) => code)).toEqual(Array(20).fill(null));
    const tokens = new Set(answers.map(({ body }) => body.refreshToken));
    expect(tokens.size).toBe(1);
    const client = nodes()[0].app.services.database.client;
    expect(await client.session.findMany({ where: { userId: kate.id } })).toMatchObject([{ refreshCounter: 1, revokedAt: null }]);
    for (const { body } of answers) expect(await whoAmI(nodes()[1], body.accessToken)).toMatchObject({ id: kate.id });
    const next = await twenty(nodes, answers[0]?.body.refreshToken);
    expect(next.map(({ code }) => code)).toEqual(Array(20).fill(null));
    expect(await client.session.findMany({ where: { userId: kate.id } })).toMatchObject([{ refreshCounter: 2, revokedAt: null }]);
  });
});

onTwoNodes(
  'twenty refreshes of one token at once, without a grace',
  (nodes) => {
    it('give one answer; the others are taken for a theft, and the session ends', async () => {
      const kate = await newVisitor(nodes()[0]);
      const answers = await twenty(nodes, kate.refreshToken);
      const winners = answers.filter(({ code }) => code === null);
      expect(winners.length).toBeLessThanOrEqual(1); // none where the thief was told before the winner was answered
      expect(answers.some(({ code }) => code === 'REFRESH_TOKEN_REUSED')).toBe(true);
      for (const { status } of answers) expect([200, 401]).toContain(status);
      expect(await nodes()[0].app.services.database.client.session.findMany({ where: { userId: kate.id } })).toMatchObject([
        { refreshCounter: 1, revokedAt: expect.any(Date) },
      ]);
      for (const { body } of winners) expect(await whoAmI(nodes()[1], body.accessToken)).toBeNull();
    });

    it('one after the other give one answer, and the second use ends the session', async () => {
      const kate = await newVisitor(nodes()[0]);
      const { body } = await rest.send(nodes()[0], 'refresh', { refreshToken: kate.refreshToken });
      expect((await graphql.send(nodes()[1], 'refresh', { refreshToken: kate.refreshToken })).code).toBe('REFRESH_TOKEN_REUSED');
      expect(await whoAmI(nodes()[0], body.accessToken)).toBeNull();
    });
  },
  { AUTH_REFRESH_GRACE_SECONDS: '0' },
);
