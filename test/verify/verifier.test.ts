import { createVerifier, type VerifierOptions } from '../../src/verify/verifier';
import { logIn, newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { databaseKinds } from '../support/stage';

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
  const logOut = (token: string) => rest.send(a, 'logout', {}, token);

  it('accepts a live token without asking, and refuses it once the list says so', async () => {
    const person = await newPerson(a);
    const other = await logIn(a, person);
    const verifier = open();
    await verifier.refresh();
    const before = b.queries.length;
    const { accepted, token } = (await verifier.verify(person.accessToken)) as { accepted: boolean; token?: object };
    expect([accepted, token]).toEqual([true, expect.objectContaining({ userId: person.id, sessionId: person.sessionId, roles: [] })]);
    expect(b.queries.length).toBe(before);
    await logOut(person.accessToken);
    await verifier.refresh();
    expect(await verifier.verify(person.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
    expect((await verifier.verify(other.accessToken)).accepted).toBe(true);
  });

  it('asks about each token once the list is too old, and refuses what was revoked meanwhile', async () => {
    const person = await newPerson(a);
    const other = await logIn(a, person);
    const verifier = open();
    await verifier.refresh();
    await logOut(person.accessToken);
    passedMs += 10_001;
    expect(await verifier.verify(person.accessToken)).toEqual({ accepted: false, reason: 'REVOKED' });
    expect((await verifier.verify(other.accessToken)).accepted).toBe(true);
  });

  it('refuses with an old list, or before the first one, when that was chosen or nobody answers', async () => {
    const { accessToken } = await newPerson(a);
    const strict = open({ whenStale: 'refuse' });
    expect(await strict.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    await strict.refresh();
    expect((await strict.verify(accessToken)).accepted).toBe(true);
    passedMs += 10_001;
    expect(await strict.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    expect(await open({ url: 'http://127.0.0.1:1' }).verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
    const wrong = open({ clientSecret: 'wrong' });
    expect(await wrong.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
  });

  it('does not call a list new that was asked for before the process was stopped', async () => {
    const { accessToken } = await newPerson(a);
    const verifier = open({ whenStale: 'refuse' });
    const asked = verifier.refresh();
    passedMs += 60_000; // the answer comes after a long sleep
    await asked;
    expect(await verifier.verify(accessToken)).toEqual({ accepted: false, reason: 'UNAVAILABLE' });
  });

  it('refuses the tokens of a removed key, and finds the next one by itself', async () => {
    const person = await newPerson(a);
    const verifier = open();
    await verifier.refresh();
    const { kid } = await a.app.services.keys.active();
    await a.app.services.keys.remove(kid);
    await verifier.refresh();
    expect((await verifier.verify(person.accessToken)).accepted).toBe(false);
    const fresh = (await rest.send(b, 'refresh', { refreshToken: person.refreshToken })).body;
    passedMs += 1_001;
    expect((await verifier.verify(fresh.accessToken)).accepted).toBe(true);
  });

  it('refuses every other token', async () => {
    const { accessToken, refreshToken } = await newPerson(a);
    const verifier = open();
    await verifier.refresh();
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
    expect(await (await ask()).json()).toEqual({ sessions: [], keys: [] });
    expect((await fetch(`${b.url}/v1/revocations`)).status).toBe(401);
  });
});
