import { createVerifier, type Verification, type Verifier, type VerifierOptions } from '../../packages/verify/src/verifier';
import { logIn, newPerson, rest, untilServed } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { databaseKinds } from '../support/stage';
import { openTcpProxy, type TcpProxy } from '../support/tcp.proxy';
import { until } from '../support/until';
import { newVisitor } from '../support/visitors';

/** The gateway has 2 s for each question of a verifier, and on a busy machine it may need more. */
const refreshed = (verifier: Verifier): Promise<void> =>
  until('the verifier has read the keys and the list', () =>
    verifier.refresh().then(
      () => true,
      () => false,
    ),
  );

/** What the gateway says of a token, once it has the time to say it. */
async function judged(verifier: Verifier, token: string): Promise<Verification> {
  let verification = await verifier.verify(token);
  await until('the gateway judges the token', async () => {
    if (verification.accepted || verification.reason !== 'UNAVAILABLE') return true;
    verification = await verifier.verify(token);
    return false;
  });
  return verification;
}

describe.each(databaseKinds)('gatehouse/verify over two nodes, on %s', (kind) => {
  let a: House;
  let b: House;
  let clientOptions: Pick<VerifierOptions, 'clientId' | 'clientSecret'>;
  let passedMs = 0;
  beforeAll(async () => {
    a = await openHouse(kind);
    b = await openHouse(kind, {}, a);
    const { id, secret } = await newServiceClient(a);
    clientOptions = { clientId: id, clientSecret: secret };
  });
  afterAll(async () => {
    await b.close();
    await a.close();
  });

  const open = (wishes: Partial<VerifierOptions> = {}) =>
    createVerifier({
      issuer: 'http://gatehouse.test',
      url: b.url,
      everySeconds: 0,
      maxStalenessSeconds: 10,
      now: a.clock.now,
      elapsed: () => passedMs,
      ...clientOptions,
      ...wishes,
    });
  const logOut = (token: string) => untilServed(() => rest.send(a, 'logout', {}, token));

  it('accepts a live token without asking, and refuses it once the list says so', async () => {
    const person = await newPerson(a);
    const other = await logIn(a, person);
    const verifier = open();
    await refreshed(verifier);
    const before = b.queries.length;
    const { accepted, token } = (await verifier.verify(person.accessToken)) as { accepted: boolean; token?: object };
    expect([accepted, token]).toEqual([true, expect.objectContaining({ userId: person.id, sessionId: person.sessionId, roles: [] })]);
    expect(b.queries.length).toBe(before);
    await logOut(person.accessToken);
    await refreshed(verifier);
    expect(await verifier.verify(person.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
    expect((await verifier.verify(other.accessToken)).accepted).toBe(true);
  });

  it('refuses any other spelling of the same signature', async () => {
    const { accessToken } = await newPerson(a);
    const verifier = open();
    await refreshed(verifier);
    const same = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((letter) => accessToken.slice(0, -1) + letter)
      .filter((other) => Buffer.from(other.slice(-86), 'base64url').equals(Buffer.from(accessToken.slice(-86), 'base64url')));
    expect(same).toHaveLength(16);
    for (const token of same) expect([token, (await verifier.verify(token)).accepted]).toEqual([token, token === accessToken]);
  });

  it('asks about each token once the list is too old, and refuses what was revoked meanwhile', async () => {
    const person = await newPerson(a);
    const other = await logIn(a, person);
    const verifier = open();
    await refreshed(verifier);
    await logOut(person.accessToken);
    passedMs += 10_001;
    expect(await judged(verifier, person.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
    expect((await judged(verifier, other.accessToken)).accepted).toBe(true);
  });

  it('refuses with an old list, or before the first one, when that was chosen or nobody answers', async () => {
    const { accessToken } = await newPerson(a);
    const strict = open({ whenStale: 'refuse' });
    expect(await strict.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    await refreshed(strict);
    expect((await strict.verify(accessToken)).accepted).toBe(true);
    passedMs += 10_001;
    expect(await strict.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    const alone = open({ url: 'http://127.0.0.1:1' });
    for (let tries = 0; tries < 2; tries += 1) expect(await alone.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    const wrong = open({ clientSecret: 'wrong' });
    expect(await wrong.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
  });

  it('does not call a list new that was asked for before the process was stopped', async () => {
    const { accessToken } = await newPerson(a);
    const verifier = open({ whenStale: 'refuse', now: () => Date.now() + passedMs });
    const asked = verifier.refresh();
    passedMs += 60_000; // the answer comes after a long sleep, through which both clocks have gone on
    await asked;
    expect(await verifier.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
  });

  it('refuses the tokens of a removed key, and finds the next one by itself', async () => {
    const person = await newPerson(a);
    const verifier = open();
    await refreshed(verifier);
    const { kid } = await a.app.services.keys.active();
    await a.app.services.keys.remove(kid);
    await refreshed(verifier);
    expect((await verifier.verify(person.accessToken)).accepted).toBe(false);
    const fresh = (await untilServed(() => rest.send(b, 'refresh', { refreshToken: person.refreshToken }))).body;
    passedMs += 1_001;
    expect((await judged(verifier, fresh.accessToken)).accepted).toBe(true);
    await a.app.services.keys.remove((await a.app.services.keys.active()).kid); // since it read the keys
    const later = (await untilServed(() => rest.send(b, 'refresh', { refreshToken: fresh.refreshToken }))).body;
    passedMs += 1_001;
    expect((await judged(verifier, later.accessToken)).accepted).toBe(true);
  });

  it('refuses every other token', async () => {
    const { accessToken, refreshToken } = await newPerson(a);
    const verifier = open();
    await refreshed(verifier);
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt","kid":"x"}').toString('base64url');
    const changed = `${header}.${payload.slice(0, -3)}AAA.${signature}`;
    for (const token of ['', 'x', refreshToken, `${unsigned}.${payload}.`, changed, `${header}.${payload}.${'A'.repeat(86)}`])
      expect(await verifier.verify(token)).toEqual({ accepted: false, reason: 'INVALID' });
    for (const wrong of [{ issuer: 'http://other.test' }, { audience: 'http://other.test' }]) {
      const elsewhere = open(wrong);
      await elsewhere.refresh();
      expect((await elsewhere.verify(accessToken)).accepted).toBe(false);
    }
    const later = open({ now: () => a.clock.now() + 906_000 });
    await later.refresh();
    expect(await later.verify(accessToken)).toEqual({ accepted: false, reason: 'INVALID' });
  });

  it('answers 304 while nothing was revoked, and forgets a session when its last token has expired', async () => {
    const { authorization } = await newServiceClient(a);
    const person = await newPerson(a);
    await logOut(person.accessToken);
    const ask = (etag = '') => fetch(`${b.url}/v1/revocations`, { headers: { authorization, 'if-none-match': etag } });
    const first = await ask();
    expect(((await first.json()) as { sessions: string[] }).sessions).toContain(person.sessionId);
    expect((await ask(first.headers.get('etag') ?? '')).status).toBe(304);
    a.clock.advance(86_461);
    expect(await (await ask()).json()).toEqual({ sessions: [], users: [], keys: [], until: 0 });
    expect((await fetch(`${b.url}/v1/revocations`)).status).toBe(401);
  });

  it('goes by the user where all sessions have ended, and not against the one that goes on', async () => {
    const person = await newPerson(a);
    const phone = await logIn(a, person);
    a.clock.advance(120);
    const young = await logIn(a, person);
    const verifier = open();
    await refreshed(verifier);
    const newPassword = 'another quiet garden gate';
    const changed = await rest.send(a, 'changePassword', { currentPassword: person.password, newPassword }, person.accessToken);
    expect(changed.body.endedSessions).toBe(2);
    const next = await logIn(b, { username: person.username, password: newPassword }); // in the same second, perhaps
    const fresh = (await rest.send(b, 'refresh', { refreshToken: person.refreshToken })).body;
    await refreshed(verifier);
    const judged = async ({ accessToken }: { accessToken: string }) => (await verifier.verify(accessToken)).accepted;
    for (const ended of [phone, young]) expect(await judged(ended)).toBe(false);
    for (const live of [person, next, fresh]) expect(await judged(live)).toBe(true);
    await rest.send(b, 'logout', { scope: 'all' }, next.accessToken);
    const again = await logIn(a, { username: person.username, password: newPassword });
    await refreshed(verifier);
    for (const ended of [phone, young, person, next, fresh]) expect(await judged(ended)).toBe(false);
    expect(await judged(again)).toBe(true);
  });
});

describe('gatehouse/verify that follows the feed', () => {
  let house: House;
  let clientOptions: Pick<VerifierOptions, 'clientId' | 'clientSecret'>;
  let open: Verifier[];
  let proxy: TcpProxy;
  beforeAll(async () => {
    house = await openHouse('postgresql');
    const { id, secret } = await newServiceClient(house);
    clientOptions = { clientId: id, clientSecret: secret };
    proxy = await openTcpProxy(house.url);
  });
  beforeEach(() => {
    open = [];
    proxy.pass();
  });
  afterEach(() => {
    for (const verifier of open) verifier.close();
  });
  afterAll(async () => {
    await proxy.close();
    await house.close();
  });

  /** It asks for the list but once, so that what it knows afterwards is from the feed. */
  const follow = (wishes: Partial<VerifierOptions> = {}) => {
    const options = {
      issuer: 'http://gatehouse.test',
      url: proxy.url.replace(/\/$/, ''),
      everySeconds: 3_600,
      whenStale: 'refuse' as const,
    };
    const verifier = createVerifier({ ...options, ...clientOptions, ...wishes });
    open.push(verifier);
    return verifier;
  };
  const isCurrent = (verifier: Verifier) => until('the verifier is current', () => verifier.stalenessSeconds() < 3);
  const reasonOf = async (verifier: Verifier, token: string) => {
    const verification = await verifier.verify(token);
    return verification.accepted ? null : verification.reason;
  };

  it('hears of a logout without asking', async () => {
    const [kate, lars] = [await newVisitor(house), await newVisitor(house)];
    const verifier = follow();
    await isCurrent(verifier);
    expect(await reasonOf(verifier, kate.accessToken)).toBeNull();
    await rest.send(house, 'logout', {}, kate.accessToken);
    await until('the verifier hears of the logout', async () => (await reasonOf(verifier, kate.accessToken)) === 'REVOKED');
    expect(await reasonOf(verifier, lars.accessToken)).toBeNull();
  });

  it('is not current on a line that is dead but open, and resumes', async () => {
    const kate = await newVisitor(house);
    const verifier = follow({ maxStalenessSeconds: 3 });
    await isCurrent(verifier);
    proxy.stall();
    await rest.send(house, 'logout', {}, kate.accessToken);
    await until('the verifier accepts nothing', async () => (await reasonOf(verifier, kate.accessToken)) !== null);
    expect(await reasonOf(verifier, kate.accessToken)).toBe('UNAVAILABLE');
    expect(verifier.stalenessSeconds()).toBeGreaterThan(3);
    proxy.pass();
    await until('the verifier hears of the logout', async () => (await reasonOf(verifier, kate.accessToken)) === 'REVOKED');
  });

  it('takes nothing that came late for new: what it knows is as old as the question and what the gateway said since', async () => {
    let shiftMs = 0;
    const verifier = follow({ elapsed: () => performance.now() + shiftMs });
    await isCurrent(verifier);
    shiftMs = 60_000; // this process was stopped; what the line held meanwhile comes in now
    const before = performance.now();
    await until('1.5 s have passed', () => performance.now() - before > 1_500);
    expect(verifier.stalenessSeconds()).toBeGreaterThan(55);
    const { accessToken } = await newVisitor(house);
    expect(await reasonOf(verifier, accessToken)).toBe('UNAVAILABLE');
  });

  it('knows the first token of all', async () => {
    const { accessToken } = await newVisitor(house);
    const verifier = follow({ whenStale: 'introspect' });
    expect(await Promise.all([1, 2, 3].map(() => reasonOf(verifier, accessToken)))).toEqual([null, null, null]);
  });

  it('asks for the list as long as there is no feed', async () => {
    const kate = await newVisitor(house);
    const verifier = follow({ feed: false, everySeconds: 0.05 });
    await isCurrent(verifier);
    await rest.send(house, 'logout', {}, kate.accessToken);
    await until('the verifier hears of the logout', async () => (await reasonOf(verifier, kate.accessToken)) === 'REVOKED');
    expect(verifier.stalenessSeconds()).toBeLessThan(60); // it asked again, though nothing is pushed to it
  });
});
