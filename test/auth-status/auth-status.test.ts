// One endpoint, chapter 4.12 of the design: the check 17.
import { randomUUID } from 'node:crypto';
import { type Answer, type Door, everywhere, rest } from '../support/doors';
import { type Forger, openForger } from '../support/forgery';
import type { House } from '../support/house';
import { basic, newServiceClient } from '../support/service-client';
import { setUser } from '../support/set-user';
import { newVisitor, type Visitor } from '../support/visitors';

everywhere('authStatus', (house, door) => {
  let kate: Visitor;
  let forger: Forger;
  beforeAll(async () => {
    kate = await newVisitor(house());
    await house().app.services.roles.set({ name: 'CLERK', permissions: ['orders:read'] });
    await setUser(house(), kate.id, { roles: 'CLERK' });
    forger = await openForger(house());
  });

  const ask = (headers: Record<string, string> = {}) => door.send(house(), 'authStatus', undefined, undefined, headers);
  const bearing = (token: string) => ask({ authorization: `Bearer ${token}` });
  /** REST writes the words of enums small. */
  const words = (value: string | null) => (value === null ? null : value.toUpperCase());
  const verdictsOf = ({ body }: Answer) =>
    body.considered.map(({ source, accepted, reason }: { source: string; accepted: boolean; reason: string | null }) => [
      words(source),
      accepted,
      words(reason),
    ]);

  it('17 says of a good token what it is good for, and of nobody else', async () => {
    const { status, body, headers, text } = await bearing(kate.accessToken);
    const row = await house().app.services.database.client.session.findUniqueOrThrow({ where: { id: kate.sessionId } });
    expect(status).toBe(200);
    expect({ ...body, source: words(body.source), considered: undefined }).toEqual({
      authenticated: true,
      source: 'BEARER',
      considered: undefined,
      expiresAt: new Date(Number(claimOf(kate.accessToken, 'exp')) * 1000).toISOString(),
      sessionExpiresAt: row.idleExpiresAt.toISOString(),
      authenticatedAt: row.authenticatedAt.toISOString(),
      roles: ['CLERK'],
      permissions: ['orders:read'],
      originAllowed: true,
      serverTime: expect.stringMatching(/^\d{4}-/),
    });
    const skew = house().clock.now() - Date.parse(body.serverTime);
    expect(skew >= 0 && skew < 60_000).toBe(true);
    expect(body.considered.map(({ hint }: { hint: string | null }) => hint)).toEqual([null]);
    expect(headers.get('cache-control')).toContain('no-store');
    for (const secret of [kate.accessToken, kate.refreshToken, kate.email, kate.username]) expect(text).not.toContain(secret);
  });

  const wrong: Readonly<Record<string, [reason: string, token: (house: House) => string | Promise<string>]>> = {
    expired: ['EXPIRED', () => forger.alter(kate.accessToken, { claims: { iat: 1_000_000, exp: 1_000_900 } })],
    'of a session that has ended': [
      'REVOKED',
      async (on) => {
        const gone = await newVisitor(on);
        await rest.send(on, 'logout', undefined, gone.accessToken);
        return gone.accessToken;
      },
    ],
    'for another audience': ['WRONG_AUDIENCE', () => forger.alter(kate.accessToken, { claims: { aud: 'https://other.example' } })],
    'of another issuer': ['WRONG_ISSUER', () => forger.alter(kate.accessToken, { claims: { iss: 'https://other.example' } })],
    'made in the future': [
      'NOT_YET_VALID',
      (on) => {
        const later = Math.floor(on.clock.now() / 1000) + 600;
        return forger.alter(kate.accessToken, { claims: { iat: later, exp: later + 60 } });
      },
    ],
    'of a key that is not here': ['UNKNOWN_KEY', () => forger.alter(kate.accessToken, { header: { kid: randomUUID() } })],
    'with a foreign audience and a forged signature': [
      'INVALID',
      () => {
        const forged = forger.alter(kate.accessToken, { claims: { aud: 'https://other.example' } }).split('.');
        return `${forged[0]}.${forged[1]}.${kate.accessToken.split('.')[2]}`;
      },
    ],
    'that is none': ['MALFORMED', () => 'abc'],
    'that is a refresh token': ['REFRESH_TOKEN_SENT', () => kate.refreshToken],
    'of somebody who is disabled': [
      'USER_DISABLED',
      async (on) => {
        const gone = await newVisitor(on);
        await on.app.services.users.disable(gone.id);
        return gone.accessToken;
      },
    ],
    'of somebody who is disabled, whose session is not even a row any more': [
      'USER_DISABLED',
      async (on) => {
        const gone = await newVisitor(on);
        await on.app.services.users.disable(gone.id);
        await on.app.services.database.client.session.deleteMany({ where: { userId: gone.id } });
        return gone.accessToken;
      },
    ],
  };

  it.each(Object.keys(wrong))('17 answers 200 and a reason of its own for a token %s', async (name) => {
    const [reason, tokenOf] = wrong[name] as (typeof wrong)[string];
    const token = await tokenOf(house());
    const answer = await bearing(token);
    expect([answer.status, answer.code, verdictsOf(answer)]).toEqual([200, null, [['BEARER', false, reason]]]);
    expect(answer.body).toMatchObject({ authenticated: false, roles: [], permissions: [], expiresAt: null, sessionExpiresAt: null });
    expect(answer.body.considered[0].hint).toMatch(/^[A-Z].*\.$/);
    expect(answer.text).not.toContain(token);
    expect((await door.send(house(), 'profile', undefined, token)).status).toBe(401);
  });

  it.each(['Bearer', 'Bearer a b', 'Digest x', 'Basic !'])('17 calls the header %p malformed', async (authorization) => {
    const answer = await ask({ authorization });
    expect([answer.status, verdictsOf(answer)[0].slice(1)]).toEqual([200, [false, 'MALFORMED']]);
  });

  it('17 has nothing to consider where nothing came', async () => {
    const { status, body } = await ask();
    expect([status, body.authenticated, words(body.source), body.considered]).toEqual([200, false, 'NONE', []]);
  });

  it('tells a page of another origin that it is one, and not what its cookie is worth', async () => {
    const cookie = `__Host-gatehouse_refresh=${kate.refreshToken}`;
    const foreign = await ask({ origin: 'https://foreign.example', cookie });
    expect([foreign.body.originAllowed, verdictsOf(foreign)]).toEqual([false, [['COOKIE', false, null]]]);
    expect(foreign.body.considered[0].hint).toContain('AUTH_CORS_ORIGINS');
  });

  it('a cookie authenticates nothing by itself, does not rescue a bad header, and is not spent', async () => {
    const cookie = `__Host-gatehouse_refresh=${kate.refreshToken}`;
    const good = await ask({ cookie });
    expect([good.body.authenticated, verdictsOf(good)]).toEqual([false, [['COOKIE', false, null]]]);
    const both = await ask({ cookie, authorization: 'Bearer abc' });
    expect([both.body.authenticated, verdictsOf(both).map(([source]: string[]) => source)]).toEqual([false, ['BEARER', 'COOKIE']]);
    const bad = await ask({ cookie: '__Host-gatehouse_refresh=ghr_x' });
    expect(verdictsOf(bad)).toEqual([['COOKIE', false, 'INVALID']]);
    const gone = await newVisitor(house());
    await rest.send(house(), 'logout', undefined, gone.accessToken);
    expect(verdictsOf(await ask({ cookie: `__Host-gatehouse_refresh=${gone.refreshToken}` }))).toEqual([['COOKIE', false, 'REVOKED']]);
    expect((await rest.send(house(), 'refresh', { refreshToken: kate.refreshToken })).code).toBeNull();
  });

  it('knows a service by its secret, and counts a wrong one', async () => {
    const { id, authorization } = await newServiceClient(house());
    const right = await ask({ authorization });
    expect([right.body.authenticated, words(right.body.source), right.body.roles]).toEqual([true, 'CLIENT', []]);
    const refusals = () =>
      house().app.services.database.client.auditEvent.count({ where: { event: 'client.refused', detail: { contains: id } } });
    const before = await refusals();
    const wrongSecret = await ask({ authorization: basic(id, `ghs_${'x'.repeat(43)}`) });
    expect([wrongSecret.status, verdictsOf(wrongSecret)]).toEqual([200, [['CLIENT', false, 'INVALID']]]);
    expect(await refusals()).toBe(before + 1);
  });
});

everywhere(
  'authStatus for a service that guesses',
  (house, door: Door) => {
    it('says that too many tries came, and not whether this one is right', async () => {
      const { id, authorization } = await newServiceClient(house());
      const ask = (header: string) => door.send(house(), 'authStatus', undefined, undefined, { authorization: header });
      for (let turn = 0; turn < 3; turn += 1) await ask(basic(id, `ghs_${'x'.repeat(43)}`));
      const [wrongNow, rightNow] = [await ask(basic(id, `ghs_${'y'.repeat(43)}`)), await ask(authorization)];
      expect([wrongNow.status, rightNow.status]).toEqual([200, 200]);
      expect(rightNow.body.considered).toEqual(wrongNow.body.considered);
      expect(rightNow.body.considered[0]).toMatchObject({ accepted: false, reason: null });
    });
  },
  { AUTH_LIMIT_CLIENT: '3' },
);

const claimOf = (token: string, name: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))[name];
