import { randomBytes, randomUUID } from 'node:crypto';
import { everywhere, graphql, rest, whoAmI } from '../support/doors';
import { readClaims } from '../support/forgery';
import { type House, onBothDatabases, onTwoNodes, openHouse, testSecret } from '../support/house';
import { anotherDevice, newVisitor } from '../support/visitors';

const day = 24 * 60 * 60;
const withKey = (key: string) => ({ 'idempotency-key': key });
const rowOf = (house: House, id: string) => house.app.services.database.client.session.findUniqueOrThrow({ where: { id } });

everywhere('a refresh with an Idempotency-Key', (house, door) => {
  const refresh = (refreshToken: string, key?: string) =>
    door.send(house(), 'refresh', { refreshToken }, undefined, key === undefined ? {} : withKey(key));
  const row = (id: string) => rowOf(house(), id);

  it.each([
    ['11 seconds', 11],
    ['an hour', 3600],
    ['29 days', 29 * day],
  ])('gives the same successor again when its answer was lost %s ago, and an access token that lives', async (_when, seconds) => {
    const kate = await newVisitor(house());
    const key = randomUUID();
    const lost = await refresh(kate.refreshToken, key);
    house().clock.advance(seconds);
    const again = await refresh(kate.refreshToken, key);
    expect([again.status, again.code, again.body.refreshToken]).toEqual([200, null, lost.body.refreshToken]);
    expect(again.body).toMatchObject({ expiresIn: 900, user: { id: kate.id }, session: { id: kate.sessionId } });
    expect(await whoAmI(house(), again.body.accessToken)).toMatchObject({ id: kate.id });
    const after = await row(kate.sessionId);
    expect(after).toMatchObject({ refreshCounter: 1, revokedAt: null });
    // What ends the session has to be told for as long as this token lives.
    expect(after.tokensExpireAt?.getTime()).toBeGreaterThanOrEqual(Number(readClaims(again.body.accessToken).exp) * 1000);
    expect((await refresh(again.body.refreshToken, randomUUID())).code).toBeNull();
  });

  it('gives it as often as the answer is lost, and for the next token with the same key too', async () => {
    const kate = await newVisitor(house());
    const key = randomUUID();
    let token = kate.refreshToken;
    for (let rotation = 1; rotation <= 3; rotation += 1) {
      const answers = [];
      for (let time = 0; time < 3; time += 1) {
        answers.push(await refresh(token, key));
        house().clock.advance(3600);
      }
      expect(answers.map(({ code }) => code)).toEqual([null, null, null]);
      expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
      expect(await row(kate.sessionId)).toMatchObject({ refreshCounter: rotation, revokedAt: null });
      token = answers[0]?.body.refreshToken;
    }
  });

  it.each([
    ['another key', 'key-of-the-owner', 'key-of-the-thief'],
    ['no key', 'key-of-the-owner', undefined],
    ['a key where none was sent before', undefined, 'key-of-the-thief'],
    ['a key in other letters', 'key-of-the-owner', 'KEY-OF-THE-OWNER'],
    ['the key and a character more', 'key-of-the-owner', 'key-of-the-owner1'],
  ])('takes a spent token with %s for stolen, as without keys', async (_what, first, second) => {
    const kate = await newVisitor(house());
    const { body } = await refresh(kate.refreshToken, first);
    house().clock.advance(9);
    expect((await refresh(kate.refreshToken, second)).body.refreshToken).toBe(body.refreshToken); // the grace asks for no key
    house().clock.advance(3);
    expect((await refresh(kate.refreshToken, second)).code).toBe('REFRESH_TOKEN_REUSED');
    expect((await row(kate.sessionId)).revokedAt).not.toBeNull();
    expect((await refresh(kate.refreshToken, first)).code).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(body.refreshToken, first)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('takes the token for stolen once its successor has been spent, also within the grace', async () => {
    const kate = await newVisitor(house());
    const key = randomUUID();
    const first = await refresh(kate.refreshToken, key);
    const second = await refresh(first.body.refreshToken, key);
    expect((await refresh(kate.refreshToken, key)).code).toBe('REFRESH_TOKEN_REUSED');
    expect(await whoAmI(house(), second.body.accessToken)).toBeNull();
    expect((await row(kate.sessionId)).revokedAt).not.toBeNull();
  });

  it('is worth nothing for another session, though its key is the same', async () => {
    const kate = await newVisitor(house());
    const phone = await anotherDevice(house(), kate);
    const key = randomUUID();
    const [first, ofPhone] = [await refresh(kate.refreshToken, key), await refresh(phone.refreshToken, key)];
    house().clock.advance(60);
    expect((await refresh(kate.refreshToken, key)).body.refreshToken).toBe(first.body.refreshToken);
    expect((await refresh(phone.refreshToken, key)).body.refreshToken).toBe(ofPhone.body.refreshToken);
    expect((await row(kate.sessionId)).spentKey).not.toBe((await row(phone.sessionId)).spentKey);
  });

  it('brings no session back that has ended', async () => {
    const key = randomUUID();
    for (const end of ['by logout', 'by its idle end']) {
      const kate = await newVisitor(house());
      const lost = await refresh(kate.refreshToken, key);
      if (end === 'by logout') await door.send(house(), 'logout', undefined, lost.body.accessToken);
      else house().clock.advance(30 * day + 1);
      expect([end, (await refresh(kate.refreshToken, key)).code]).toEqual([end, 'INVALID_REFRESH_TOKEN']);
    }
  });

  it.each([
    ['15 characters', 'k'.repeat(15)],
    ['256 characters', 'k'.repeat(256)],
    ['a space', 'a key with spaces in it'],
    ['a letter beyond ASCII', 'clé-de-la-session'],
    ['nothing', ''],
  ])('gives BAD_USER_INPUT for a key of %s, and spends nothing', async (_what, key) => {
    const kate = await newVisitor(house());
    const { status, code, body } = await refresh(kate.refreshToken, key);
    expect([status, code, body.issues.map(({ path }: { path: string }) => path)]).toEqual([400, 'BAD_USER_INPUT', ['idempotency-key']]);
    expect(await row(kate.sessionId)).toMatchObject({ refreshCounter: 0, spentKey: null });
  });

  it.each([
    ['16 characters', 'k'.repeat(16)],
    ['255 characters', 'k'.repeat(255)],
    ['the quoted text of the draft', `"${randomUUID()}"`],
  ])('takes a key of %s', async (_what, key) => {
    const kate = await newVisitor(house());
    const lost = await refresh(kate.refreshToken, key);
    house().clock.advance(60);
    expect((await refresh(kate.refreshToken, key)).body.refreshToken).toBe(lost.body.refreshToken);
  });

  it('keeps nothing that could be sent as the key, in the row or in the log', async () => {
    const kate = await newVisitor(house());
    const key = randomUUID();
    await refresh(kate.refreshToken, key);
    house().clock.advance(60);
    await refresh(kate.refreshToken, key);
    const stored = await row(kate.sessionId);
    expect(JSON.stringify([stored, house().log])).not.toContain(key);
    expect((await refresh(kate.refreshToken, stored.spentKey ?? '')).code).toBe('REFRESH_TOKEN_REUSED');
  });
});

everywhere(
  'a refresh that is repeated all the time with its key',
  (house, door) => {
    beforeAll(() => house().clock.stop());

    it('has to wait, and ends nothing', async () => {
      const kate = await newVisitor(house());
      const key = randomUUID();
      const repeat = () => door.send(house(), 'refresh', { refreshToken: kate.refreshToken }, undefined, withKey(key));
      await repeat();
      house().clock.advance(3600);
      const codes = [];
      for (let time = 0; time < 3; time += 1) codes.push((await repeat()).code);
      expect(codes).toEqual([null, null, 'RATE_LIMITED']);
      expect(await rowOf(house(), kate.sessionId)).toMatchObject({ refreshCounter: 1, revokedAt: null });
    });
  },
  { AUTH_LIMIT_REFRESH: '2' },
);

const page = 'https://app.example.com';

everywhere(
  'a refresh by cookie with an Idempotency-Key',
  (house, door) => {
    it('sets the same cookie again, at any age', async () => {
      const kate = await newVisitor(house());
      const headers = { origin: page, cookie: `__Host-gatehouse_refresh=${kate.refreshToken}`, ...withKey(randomUUID()) };
      const refresh = () => door.send(house(), 'refresh', {}, undefined, headers);
      const cookieOf = ({ headers: answer }: Awaited<ReturnType<typeof refresh>>) => /^[^;]+/.exec(answer.getSetCookie()[0] ?? '')?.[0];
      const lost = await refresh();
      house().clock.advance(3600);
      const again = await refresh();
      expect([again.code, cookieOf(again)]).toEqual([null, cookieOf(lost)]);
      expect(cookieOf(again)).toMatch(/^__Host-gatehouse_refresh=ghr_/);
    });

    it('is allowed to pages that may call, and to no other', async () => {
      const preflight = (origin: string) =>
        fetch(`${house().url}/v1/refresh`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,idempotency-key' },
        });
      expect((await preflight(page)).headers.get('access-control-allow-headers')).toMatch(/idempotency-key/i);
      expect((await preflight('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
    });
  },
  { PUBLIC_URL: 'https://auth.example.com', AUTH_CORS_ORIGINS: page },
);

onTwoNodes(
  'refreshes with Idempotency-Keys at once, without a grace',
  (nodes) => {
    const twenty = (refreshToken: string, keyOf: (turn: number) => string) =>
      Promise.all(
        Array.from({ length: 20 }, (_, turn) =>
          (turn % 2 ? graphql : rest).send(
            turn % 4 < 2 ? nodes()[0] : nodes()[1],
            'refresh',
            { refreshToken },
            undefined,
            withKey(keyOf(turn)),
          ),
        ),
      );
    const rows = (userId: string) => nodes()[0].app.services.database.client.session.findMany({ where: { userId } });

    it('are one rotation and one successor where the key is one', async () => {
      const kate = await newVisitor(nodes()[0]);
      const answers = await twenty(kate.refreshToken, () => 'one-key-of-all-tabs');
      expect(answers.map(({ code }) => code)).toEqual(Array(20).fill(null));
      expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
      expect(await rows(kate.id)).toMatchObject([{ refreshCounter: 1, revokedAt: null }]);
      for (const { body } of answers) expect(await whoAmI(nodes()[1], body.accessToken)).toMatchObject({ id: kate.id });
    });

    it('end the session where the keys are two', async () => {
      const kate = await newVisitor(nodes()[0]);
      const answers = await twenty(kate.refreshToken, (turn) => `the-key-of-tab-number-${turn % 5}`);
      expect(answers.some(({ code }) => code === 'REFRESH_TOKEN_REUSED')).toBe(true);
      expect(await rows(kate.id)).toMatchObject([{ refreshCounter: 1, revokedAt: expect.any(Date) }]);
      for (const { body, code } of answers) if (code === null) expect(await whoAmI(nodes()[1], body.accessToken)).toBeNull();
    });
  },
  { AUTH_REFRESH_GRACE_SECONDS: '0' },
);

onBothDatabases('a refresh with an Idempotency-Key, sent again to a gateway with a newer AUTH_SECRET', (house) => {
  it('gives the same successor, as long as the older entry is there', async () => {
    const kate = await newVisitor(house());
    const send = (to: House) => rest.send(to, 'refresh', { refreshToken: kate.refreshToken }, undefined, withKey('sent-before-and-after'));
    await send(house());
    house().clock.advance(60);
    const kind = house().databaseUrl.startsWith('file:') ? 'sqlite' : 'postgresql';
    const newer = await openHouse(kind, { AUTH_SECRET: `${randomBytes(48).toString('base64')},${testSecret}` }, house());
    try {
      const again = await send(newer);
      expect(again.code).toBeNull();
      expect((await rest.send(newer, 'refresh', { refreshToken: again.body.refreshToken })).code).toBeNull();
    } finally {
      await newer.close();
    }
  });
});
