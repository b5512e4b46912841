import { type Answer, everywhere, newPerson } from '../support/doors';
import { onBothDatabases } from '../support/house';

const page = 'https://app.example.com';
const cookiesOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(headers.getSetCookie().map((line) => [line.split('=')[0] ?? '', (line.split(';')[0] ?? '').replace(/^[^=]*=/, '')]));

const foreignOrigins = [
  'https://evil.example.com',
  'null',
  `${page}.evil.example`,
  'https://evil-app.example.com',
  `${page}:8443`,
  page.replace('https', 'http'),
  page.toUpperCase(),
];

onBothDatabases(
  'a page that is not allowed',
  (house) => {
    const paths = [
      ['GET', '/v1/profile'],
      ['GET', '/.well-known/jwks.json'],
      ['POST', '/graphql'],
      ['POST', '/v1/login'],
      ['GET', '/nothing-here'],
      ['OPTIONS', '/v1/refresh'],
      ['OPTIONS', '/graphql'],
    ] as const;

    it.each(paths)('is never told that it may read the answer: %s %s', async (method, path) => {
      const ask = (origin: string) => {
        const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
        return fetch(house().url + path, { method, headers: { origin, ...(method === 'OPTIONS' && preflight) } });
      };
      expect((await ask(page)).headers.get('access-control-allow-origin')).toBe(page);
      for (const origin of foreignOrigins) {
        const { headers } = await ask(origin);
        expect([origin, headers.get('access-control-allow-origin')]).toEqual([origin, null]);
        expect([origin, headers.get('vary') ?? '']).toEqual([origin, expect.stringMatching(/\bOrigin\b/i)]);
      }
    });
  },
  { PUBLIC_URL: 'https://auth.example.com', AUTH_CORS_ORIGINS: page },
);

everywhere(
  'delivery by cookie',
  (house, door) => {
    const signIn = async (headers: Record<string, string> = { origin: page }) => {
      const { username, password } = await newPerson(house());
      const delivery = door.name === 'REST' ? 'cookie' : 'COOKIE';
      return door.send(house(), 'login', { username, password, delivery }, undefined, headers);
    };
    const spelt = (scope: string) => ({ scope: door.name === 'REST' ? scope : scope.toUpperCase() });
    const keep = (answer: Answer, headers: Record<string, string> = { origin: page }) => ({
      ...headers,
      cookie: Object.entries(cookiesOf(answer))
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
    });

    it('puts the refresh token into a cookie that no script and no other host can read, and nowhere else', async () => {
      const answer = await signIn();
      expect(answer.body).toMatchObject({ refreshToken: null, deviceToken: null, accessToken: expect.any(String) });
      const lines = answer.headers.getSetCookie();
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(line).toMatch(/^__Host-gatehouse_(refresh|device)=gh[rd]_[\w-]+; /);
        expect(line).toMatch(/; Path=\/(;|$)/);
        expect(line).toMatch(/; HttpOnly/);
        expect(line).toMatch(/; Secure/);
        expect(line).toMatch(/; SameSite=Strict/);
        expect(line).not.toMatch(/Domain/i);
        expect(line.length).toBeLessThan(4096);
      }
      expect(answer.headers.get('access-control-allow-origin')).toBe(page);
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    });

    it('refreshes with the cookie, and rotates it', async () => {
      const answer = await signIn();
      const refreshed = await door.send(house(), 'refresh', {}, undefined, keep(answer));
      expect([refreshed.code, refreshed.body.refreshToken, refreshed.body.session.id]).toEqual([null, null, answer.body.session.id]);
      expect(cookiesOf(refreshed)['__Host-gatehouse_refresh']).not.toBe(cookiesOf(answer)['__Host-gatehouse_refresh']);
    });

    it.each([
      ['another page', { origin: 'https://evil.example.com' }],
      ['no page that it names', {} as Record<string, string>],
      ['a page with an opaque origin', { origin: 'null' }],
      ['an origin that only begins like an allowed one', { origin: `${page}.evil.example` }],
      ['an origin that only ends like an allowed one', { origin: 'https://evil-app.example.com' }],
      ['an allowed host with another port', { origin: `${page}:8443` }],
      ['an allowed host without TLS', { origin: page.replace('https', 'http') }],
      ['an allowed origin with a path', { origin: `${page}/` }],
      ['an allowed origin in capitals', { origin: page.toUpperCase() }],
      ['its own host with another port', { origin: 'https://auth.example.com:8443' }],
      ['an origin that only begins like its own', { origin: 'https://auth.example.com.evil.example' }],
    ])('refuses refresh and logout by cookie from %s, and harms nothing', async (_who, headers) => {
      const answer = await signIn();
      const refused = await door.send(house(), 'refresh', {}, undefined, keep(answer, headers));
      expect([refused.status, refused.code]).toEqual([403, 'FORBIDDEN']);
      expect(refused.body.issues).toEqual([{ path: 'origin', message: expect.stringContaining('must be sent as a header with a cookie') }]);
      const out = await door.send(house(), 'logout', undefined, undefined, keep(answer, headers));
      expect(out.code).toBe('FORBIDDEN');
      for (const each of [refused, out]) expect(each.headers.get('access-control-allow-origin')).toBeNull();
      expect((await door.send(house(), 'refresh', {}, undefined, keep(answer))).code).toBeNull();
    });

    it('logs out with the cookie alone, ends the session and clears its own two cookies, and nothing else of the site', async () => {
      const answer = await signIn();
      const out = await door.send(house(), 'logout', undefined, undefined, keep(answer));
      expect([out.code, out.body.endedSessions]).toEqual([null, 1]);
      expect(out.headers.get('clear-site-data')).toBeNull();
      expect(cookiesOf(out)).toEqual({ '__Host-gatehouse_refresh': '', '__Host-gatehouse_device': '' });
      for (const line of out.headers.getSetCookie())
        expect(line).toMatch(/; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict$/);
      expect((await door.send(house(), 'profile', undefined, answer.body.accessToken)).code).toBe('UNAUTHENTICATED');
    });

    it('leaves what this browser keeps when it logs the others out', async () => {
      const answer = await signIn();
      for (const token of [undefined, answer.body.accessToken]) {
        const out = await door.send(house(), 'logout', spelt('others'), token, keep(answer));
        expect([out.code, out.headers.getSetCookie()]).toEqual([null, []]);
      }
      expect((await door.send(house(), 'refresh', {}, undefined, keep(answer))).code).toBeNull();
    });

    it('ends every session with the current token of the cookie', async () => {
      const answer = await signIn();
      const out = await door.send(house(), 'logout', spelt('all'), undefined, keep(answer));
      expect([out.code, out.body.endedSessions]).toEqual([null, 2]); // registering has begun one too
    });

    it.each([
      ['at once', 0],
      ['after an hour', 3600],
    ])('ends its own session with the token before the current one, and no other, %s', async (_when, seconds) => {
      const answer = await signIn();
      const refreshed = await door.send(house(), 'refresh', {}, undefined, keep(answer));
      house().clock.advance(seconds);
      const live = () => house().app.services.database.client.session.findMany({ where: { userId: answer.body.user.id, revokedAt: null } });
      for (const scope of ['all', 'others']) {
        const refused = await door.send(house(), 'logout', spelt(scope), undefined, keep(answer));
        expect([refused.status, refused.code, refused.body.reason]).toEqual([401, 'UNAUTHENTICATED', 'REVOKED']);
        expect(await live()).toHaveLength(2);
      }
      const out = await door.send(house(), 'logout', spelt('current'), undefined, keep(answer));
      expect([out.code, out.body.endedSessions]).toEqual([null, 1]);
      expect((await live()).map(({ id }) => id)).not.toContain(answer.body.session.id);
      expect((await door.send(house(), 'refresh', {}, undefined, keep(refreshed))).code).toBe('INVALID_REFRESH_TOKEN');
    });

    it('ends nothing with a token that was spent before the one before the current', async () => {
      const answer = await signIn();
      const second = await door.send(house(), 'refresh', {}, undefined, keep(answer));
      const third = await door.send(house(), 'refresh', {}, undefined, keep(second));
      const refused = await door.send(house(), 'logout', undefined, undefined, keep(answer));
      expect([refused.code, refused.body.reason]).toEqual(['UNAUTHENTICATED', 'REVOKED']);
      expect((await door.send(house(), 'refresh', {}, undefined, keep(third))).code).toBeNull();
    });

    it('ends nothing with a token whose session has ended', async () => {
      const answer = await signIn();
      await door.send(house(), 'logout', undefined, undefined, keep(answer));
      const live = () => house().app.services.database.client.session.count({ where: { userId: answer.body.user.id, revokedAt: null } });
      for (const scope of ['all', 'others', 'current']) {
        const refused = await door.send(house(), 'logout', spelt(scope), undefined, keep(answer));
        expect([refused.code, refused.body.reason, await live()]).toEqual(['UNAUTHENTICATED', 'REVOKED', 1]);
      }
    });

    it('never rescues a bad bearer token with a cookie', async () => {
      const answer = await signIn();
      const refused = await door.send(house(), 'logout', undefined, 'not.a.token', keep(answer));
      expect([refused.code, refused.body.reason]).toEqual(['UNAUTHENTICATED', 'MALFORMED']);
      expect((await door.send(house(), 'profile', undefined, undefined, keep(answer))).body.reason).toBe('MISSING');
      expect((await door.send(house(), 'refresh', {}, undefined, keep(answer))).code).toBeNull();
    });

    it('prefers the session of the bearer token to the one of the cookie', async () => {
      const [inCookie, other] = [await signIn(), await newPerson(house())];
      await door.send(house(), 'logout', undefined, other.accessToken, keep(inCookie));
      expect((await door.send(house(), 'profile', undefined, other.accessToken)).code).toBe('UNAUTHENTICATED');
      expect((await door.send(house(), 'profile', undefined, inCookie.body.accessToken)).code).toBeNull();
    });

    it('gives no cookie to a page that is not allowed, and begins no session for it', async () => {
      const before = await house().app.services.database.client.session.count();
      const refused = await signIn({ origin: 'https://evil.example.com' });
      expect([refused.code, refused.headers.getSetCookie()]).toEqual(['FORBIDDEN', []]);
      expect(await house().app.services.database.client.session.count()).toBe(before + 1); // the one of registering
    });

    it('takes a cookie away that is worth nothing any more', async () => {
      const answer = await signIn();
      await door.send(house(), 'logout', undefined, answer.body.accessToken);
      const refused = await door.send(house(), 'refresh', {}, undefined, keep(answer));
      expect([refused.code, cookiesOf(refused)['__Host-gatehouse_refresh']]).toEqual(['INVALID_REFRESH_TOKEN', '']);
    });

    it('leaves the device known when its session is over, and clears nothing else of the site', async () => {
      const answer = await signIn();
      await door.send(house(), 'logout', undefined, answer.body.accessToken);
      const refused = await door.send(house(), 'refresh', {}, undefined, keep(answer));
      expect([Object.keys(cookiesOf(refused)), refused.headers.get('clear-site-data')]).toEqual([['__Host-gatehouse_refresh'], null]);
    });

    it('sets no cookie unless asked, and asks nothing of clients without a browser', async () => {
      const { username, password } = await newPerson(house());
      const answer = await door.send(house(), 'login', { username, password });
      expect([answer.code, answer.headers.getSetCookie()]).toEqual([null, []]);
    });
  },
  { PUBLIC_URL: 'https://auth.example.com', AUTH_CORS_ORIGINS: page },
);

everywhere('delivery by cookie without TLS', (house, door) => {
  it('is refused, because no browser would keep it', async () => {
    const { username, password } = await newPerson(house());
    const refused = await door.send(house(), 'login', { username, password, delivery: 'COOKIE' });
    expect([refused.code, refused.body.issues[0].path]).toEqual(['BAD_USER_INPUT', 'delivery']);
  });
});
