import { everywhere, uniqueName, whoAmI } from '../support/doors';
import { anotherDevice, newVisitor } from '../support/visitors';

everywhere('sessions', (house, door) => {
  const list = async (token?: string) => (await door.send(house(), 'sessions', undefined, token)).body.sessions;

  it('shows the live ones, newest first, with the current one marked and no token material', async () => {
    const kate = await newVisitor(house());
    house().clock.advance(60);
    const phone = await anotherDevice(house(), kate);
    house().clock.advance(60);
    const tablet = await anotherDevice(house(), kate);
    const { status, body, text, headers } = await door.send(house(), 'sessions', undefined, phone.accessToken);
    expect(status).toBe(200);
    expect(body.sessions.map(({ id }: { id: string }) => id)).toEqual([tablet.sessionId, phone.sessionId, kate.sessionId]);
    expect(body.sessions.map(({ current }: { current: boolean }) => current)).toEqual([false, true, false]);
    expect(Object.keys(body.sessions[0]).sort()).toEqual(
      ['createdAt', 'current', 'expiresAt', 'freshUntil', 'id', 'ipAddress', 'lastUsedAt', 'methods', 'userAgent'].sort(),
    );
    expect(text).not.toMatch(/ghr_|eyJ|salt|counter|generation/i);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('knows the device and the address that each was begun from', async () => {
    const username = uniqueName();
    const { body } = await door.send(
      house(),
      'register',
      { username, email: `${username}@example.com`, password: 'a quiet garden gate' },
      undefined,
      { 'user-agent': "Kate's phone" },
    );
    expect(await list(body.accessToken)).toMatchObject([{ userAgent: "Kate's phone", ipAddress: '127.0.0.1', current: true }]);
    expect(body.session).toMatchObject({ userAgent: "Kate's phone", ipAddress: '127.0.0.1' });
  });

  it('tells when a session was last refreshed, and when it ends unless it is again', async () => {
    const kate = await newVisitor(house());
    const [before] = await list(kate.accessToken);
    house().clock.advance(3600);
    const { body } = await door.send(house(), 'refresh', { refreshToken: kate.refreshToken });
    const [after] = await list(body.accessToken);
    expect(after.createdAt).toBe(before.createdAt);
    expect(Date.parse(after.lastUsedAt) - Date.parse(before.lastUsedAt)).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(after.expiresAt) - Date.parse(after.lastUsedAt)).toBe(30 * 24 * 3_600_000);
  });

  it('leaves out what has ended or expired, and what is somebody else’s', async () => {
    const kate = await newVisitor(house());
    const ended = await anotherDevice(house(), kate);
    await door.send(house(), 'logout', undefined, ended.accessToken);
    house().clock.advance(30 * 24 * 3600);
    const back = await anotherDevice(house(), kate);
    await newVisitor(house());
    expect((await list(back.accessToken)).map(({ id }: { id: string }) => id)).toEqual([back.sessionId]);
  });

  it('gives UNAUTHENTICATED without a valid token', async () => {
    for (const token of [undefined, 'garbage']) {
      const { status, code } = await door.send(house(), 'sessions', undefined, token);
      expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });
});

everywhere('revokeSession', (house, door) => {
  const revoke = (id: unknown, token?: string) => door.send(house(), 'revokeSession', id, token);
  const liveIds = async () => {
    const rows = await house().app.services.database.client.session.findMany({ where: { revokedAt: null }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  };

  it('ends that session and no other, from the next request on', async () => {
    const kate = await newVisitor(house());
    const [phone, tablet] = [await anotherDevice(house(), kate), await anotherDevice(house(), kate)];
    const { status, body } = await revoke(phone.sessionId, kate.accessToken);
    expect([status, body]).toEqual([200, { endedSessions: 1 }]);
    expect(await whoAmI(house(), phone.accessToken)).toBeNull();
    expect((await door.send(house(), 'refresh', { refreshToken: phone.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
    const live = await liveIds();
    expect([kate, phone, tablet].map(({ sessionId }) => live.has(sessionId))).toEqual([true, false, true]);
  });

  it('can end the current session too', async () => {
    const kate = await newVisitor(house());
    expect((await revoke(kate.sessionId, kate.accessToken)).body).toEqual({ endedSessions: 1 });
    expect(await whoAmI(house(), kate.accessToken)).toBeNull();
  });

  it('gives NOT_FOUND alike for somebody else’s, an ended, an expired and an unknown one, and ends nothing', async () => {
    const lars = await newVisitor(house());
    const old = await newVisitor(house());
    house().clock.advance(31 * 24 * 3600);
    const kate = await anotherDevice(house(), old);
    const larsAgain = await anotherDevice(house(), lars);
    const ended = await anotherDevice(house(), old);
    await revoke(ended.sessionId, kate.accessToken);
    const before = await liveIds();
    const bodies = new Set<string>();
    for (const id of [
      larsAgain.sessionId,
      ended.sessionId,
      old.sessionId,
      '00000000-0000-4000-8000-000000000000',
      'x',
      '%',
      '*',
      `${kate.sessionId} `,
      kate.sessionId.toUpperCase(),
      "' OR 1=1--",
    ]) {
      const { status, code, text } = await revoke(id, kate.accessToken);
      expect([id, status, code]).toEqual([id, 404, 'NOT_FOUND']);
      bodies.add(text.replaceAll(/"(request_?id)":"[^"]+"/gi, ''));
    }
    expect(bodies.size).toBe(1);
    expect(await liveIds()).toEqual(before);
  });

  it.each(['a\0b', 'a'.repeat(65), '\ud800'])('gives a refusal, not a defect, for the id %j', async (id) => {
    const kate = await newVisitor(house());
    const sent = door.name === 'REST' && !id.isWellFormed() ? '\ufffd' : id; // a URL cannot hold half a character
    const { status, code } = await revoke(sent, kate.accessToken);
    expect([
      [400, 'BAD_USER_INPUT'],
      [404, 'NOT_FOUND'],
    ]).toContainEqual([status, code]);
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  });

  it('gives UNAUTHENTICATED without a valid token, and ends nothing', async () => {
    const kate = await newVisitor(house());
    for (const token of [undefined, 'garbage', kate.refreshToken])
      expect((await revoke(kate.sessionId, token)).code).toBe('UNAUTHENTICATED');
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  });
});
