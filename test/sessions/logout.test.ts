import { doors, everywhere, rest, whoAmI } from '../support/doors';
import { onTwoNodes } from '../support/house';
import { anotherDevice, newVisitor } from '../support/visitors';

everywhere('logout', (house, door) => {
  const logout = (input: unknown, token?: string) => door.send(house(), 'logout', input, token);
  const endedIds = async (userId: string) => {
    const rows = await house().app.services.database.client.session.findMany({ where: { userId, revokedAt: { not: null } } });
    return new Set(rows.map(({ id }) => id));
  };
  const threeDevices = async () => {
    const kate = await newVisitor(house());
    return { kate, phone: await anotherDevice(house(), kate), tablet: await anotherDevice(house(), kate) };
  };
  const isInside = async ({ accessToken, refreshToken }: { readonly accessToken: string; readonly refreshToken: string }) => {
    const inside = (await whoAmI(house(), accessToken)) !== null;
    const { code } = await door.send(house(), 'refresh', { refreshToken });
    expect(code).toBe(inside ? null : 'INVALID_REFRESH_TOKEN');
    return inside;
  };
  const spelt = (scope: string) => (door.name === 'REST' ? { scope } : { scope: scope.toUpperCase() });

  it.each([undefined, {}, 'current'])('ends the current session alone, with the input %j', async (wish) => {
    const { kate, phone, tablet } = await threeDevices();
    const { status, body } = await logout(typeof wish === 'string' ? spelt(wish) : wish, phone.accessToken);
    expect([status, body]).toEqual([200, { endedSessions: 1 }]);
    expect(await endedIds(kate.id)).toEqual(new Set([phone.sessionId]));
    expect([await isInside(kate), await isInside(phone), await isInside(tablet)]).toEqual([true, false, true]);
  });

  it('ends the other sessions, and keeps its own', async () => {
    const { kate, phone, tablet } = await threeDevices();
    const lars = await newVisitor(house());
    expect((await logout(spelt('others'), phone.accessToken)).body).toEqual({ endedSessions: 2 });
    expect(await endedIds(kate.id)).toEqual(new Set([kate.sessionId, tablet.sessionId]));
    expect([await isInside(kate), await isInside(phone), await isInside(tablet), await isInside(lars)]).toEqual([false, true, false, true]);
    expect((await logout(spelt('others'), phone.accessToken)).body).toEqual({ endedSessions: 0 });
  });

  it('ends all sessions of the user, and nobody else’s', async () => {
    const { kate, phone, tablet } = await threeDevices();
    const lars = await newVisitor(house());
    expect((await logout(spelt('all'), phone.accessToken)).body).toEqual({ endedSessions: 3 });
    expect(await endedIds(kate.id)).toEqual(new Set([kate.sessionId, phone.sessionId, tablet.sessionId]));
    expect([await isInside(kate), await isInside(phone), await isInside(tablet), await isInside(lars)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('lets the user in again afterwards', async () => {
    const { kate, phone } = await threeDevices();
    await logout(spelt('all'), phone.accessToken);
    expect(await isInside(await anotherDevice(house(), kate))).toBe(true);
  });

  it.each(['everything', '', 42, null, ['ALL']])('gives BAD_USER_INPUT for the scope %j, and ends nothing', async (scope) => {
    const { kate, phone } = await threeDevices();
    const { status, code, body } = await logout({ scope }, phone.accessToken);
    expect([status, code, body.issues[0].path]).toEqual([400, 'BAD_USER_INPUT', 'scope']);
    expect(await endedIds(kate.id)).toEqual(new Set());
  });

  it('gives UNAUTHENTICATED the second time, and without a valid token, and ends nothing', async () => {
    const { kate, phone } = await threeDevices();
    await logout(undefined, phone.accessToken);
    for (const [reason, token] of [
      ['REVOKED', phone.accessToken],
      ['MISSING', undefined],
      ['MALFORMED', 'garbage'],
      ['MALFORMED', kate.refreshToken],
    ] as const) {
      const { status, code, body } = await logout(spelt('all'), token);
      expect([status, code, body.reason]).toEqual([401, 'UNAUTHENTICATED', reason]);
    }
    house().clock.advance(906);
    expect((await logout(spelt('all'), kate.accessToken)).body.reason).toBe('EXPIRED');
    expect(await endedIds(kate.id)).toEqual(new Set([phone.sessionId]));
  });

  it('is answered once by two that come at the same time: the other finds the session ended, or nothing to end', async () => {
    const { kate } = await threeDevices();
    const answers = await Promise.all([1, 2].map(() => logout(undefined, kate.accessToken)));
    expect(answers.reduce((sum, { body }) => sum + (body.endedSessions ?? 0), 0)).toBe(1);
    for (const { status } of answers) expect([200, 401]).toContain(status);
  });
});

onTwoNodes('a logout while fifty requests are under way', (nodes) => {
  it('fails none of them, and from its answer on none is accepted, on any node', async () => {
    const kate = await newVisitor(nodes()[0]);
    const profiles = () =>
      Array.from({ length: 50 }, (_, turn) =>
        (turn % 2 ? doors[0] : doors[1])?.send(turn % 4 < 2 ? nodes()[0] : nodes()[1], 'profile', undefined, kate.accessToken),
      );
    const underWay = profiles();
    const logout = await rest.send(nodes()[0], 'logout', undefined, kate.accessToken);
    expect(logout.body).toEqual({ endedSessions: 1 });
    for (const answer of await Promise.all(profiles())) expect([answer?.status, answer?.body.reason]).toEqual([401, 'REVOKED']);
    for (const answer of await Promise.all(underWay)) expect([200, 401]).toContain(answer?.status);
  });
});
