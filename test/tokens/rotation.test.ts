import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { keyTimes, maxTokenLifetimeSeconds } from '../../src/tokens/key-rotation';
import { runCommand } from '../support/command';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { databaseKinds } from '../support/stage';

const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const jwksKids = async (house: House) =>
  ((await (await fetch(`${house.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
const profile = async (house: House, token: string) => (await rest.send(house, 'profile', undefined, token)).code;
const refresh = async (house: House, refreshToken: string) => (await rest.send(house, 'refresh', { refreshToken })).body;

describe.each(databaseKinds)('signing keys of two nodes, on %s', (kind) => {
  let a: House;
  let b: House;
  const keys = (house: House) => house.app.services.keys;

  beforeEach(async () => {
    a = await openHouse(kind);
    b = await openHouse(kind, {}, a);
  });
  afterEach(async () => {
    await b.close();
    await a.close();
  });

  it('publishes the next key for longer than anybody may keep the JWKS, and signs with it then', async () => {
    const person = await newPerson(a);
    const next = await keys(a).rotate();
    expect(next.state).toBe('next');
    expect(keyTimes.publishedForSeconds).toBeGreaterThan(keyTimes.jwksMaxAgeSeconds + keyTimes.nodeRereadsMs / 1000);
    a.clock.advance(keyTimes.nodeRereadsMs / 1000);
    for (const house of [a, b]) expect(await jwksKids(house)).toEqual([kidOf(person.accessToken), next.kid]);

    a.clock.advance(keyTimes.publishedForSeconds - 60);
    const before = await refresh(b, person.refreshToken);
    expect(kidOf(before.accessToken)).toBe(kidOf(person.accessToken));
    a.clock.advance(61);
    const after = await refresh(b, before.refreshToken);
    expect(kidOf(after.accessToken)).toBe(next.kid);
    for (const token of [before.accessToken, after.accessToken]) for (const house of [a, b]) expect(await profile(house, token)).toBeNull();
  });

  it('keeps the old key until the last token of the longest life has expired', async () => {
    const { accessToken } = await newPerson(a);
    await keys(a).rotate();
    a.clock.advance(keyTimes.publishedForSeconds + maxTokenLifetimeSeconds);
    expect(await jwksKids(a)).toContain(kidOf(accessToken));
    expect((await keys(a).list()).map(({ state }) => state)).toEqual(['retiring', 'active']);
    a.clock.advance(61);
    expect(await jwksKids(a)).not.toContain(kidOf(accessToken));
    expect((await keys(a).list()).map(({ state }) => state)).toEqual(['gone', 'active']);
  });

  it('clears the private part of a key that is gone', async () => {
    await keys(a).rotate();
    a.clock.advance(keyTimes.publishedForSeconds + keyTimes.tokensLiveForSeconds + 1);
    await keys(b).rotateWhenDue(0);
    const rows = await a.app.services.database.client.signingKey.findMany({ orderBy: { createdAt: 'asc' } });
    expect(rows.map(({ privateKey }) => privateKey === '')).toEqual([true, false]);
  });

  it('makes one next key when both nodes rotate at once, and after that none', async () => {
    // On a slow disk, SQLite may let one of the two wait too long: UNAVAILABLE, and nothing is made.
    const answers = await Promise.allSettled([keys(a).rotate(), keys(b).rotate()]);
    const made = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(made).not.toHaveLength(0);
    expect(new Set([...made, await keys(a).rotate()].map(({ kid }) => kid)).size).toBe(1);
    expect((await keys(a).list()).map(({ state }) => state)).toEqual(['active', 'next']);
  });

  it('fails no request while keys change under load', async () => {
    const people = await Promise.all([newPerson(a), newPerson(b)]);
    const answers: (string | null)[] = [];
    let tokens = people.map(({ accessToken, refreshToken }) => ({ accessToken, refreshToken }));
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 2; round += 1) {
      await keys(round % 2 === 0 ? a : b).rotate();
      for (let step = 0; step < 11; step += 1) {
        a.clock.advance(keyTimes.publishedForSeconds / 10);
        tokens = await Promise.all(
          tokens.map(async ({ refreshToken }, index) => {
            const answer = await rest.send((step + index) % 2 === 0 ? a : b, 'refresh', { refreshToken });
            answers.push(answer.code);
            return answer.body;
          }),
        );
        for (const { accessToken } of tokens) {
          seen.add(kidOf(accessToken));
          answers.push(...(await Promise.all([profile(a, accessToken), profile(b, accessToken)])));
        }
      }
    }
    expect(answers.filter((code) => code !== null)).toEqual([]);
    expect(answers).toHaveLength(2 * 11 * 6);
    expect(seen.size).toBe(3);
  });

  it('refuses the tokens of a removed key at once on the other node, and lets refresh go on', async () => {
    const person = await newPerson(a);
    expect(await profile(b, person.accessToken)).toBeNull(); // it has the key in memory
    await keys(a).remove(kidOf(person.accessToken) ?? '');
    expect(await profile(b, person.accessToken)).toBe('UNAUTHENTICATED');
    expect(await profile(a, person.accessToken)).toBe('UNAUTHENTICATED');
    for (const house of [b, a]) {
      const fresh = await refresh(house, person.refreshToken);
      expect(kidOf(fresh.accessToken)).not.toBe(kidOf(person.accessToken));
      for (const each of [a, b]) expect(await profile(each, fresh.accessToken)).toBeNull();
    }
    for (const house of [a, b]) expect(await jwksKids(house)).not.toContain(kidOf(person.accessToken));
    const row = await a.app.services.database.client.signingKey.findUnique({ where: { id: kidOf(person.accessToken) ?? '' } });
    expect(row?.privateKey).toBe('');
  });

  it('never signs with a key that another node has removed, also at a login', async () => {
    const { accessToken } = await newPerson(b);
    await keys(a).remove(kidOf(accessToken) ?? '');
    const next = await newPerson(b);
    expect(kidOf(next.accessToken)).not.toBe(kidOf(accessToken));
    expect(await profile(a, next.accessToken)).toBeNull();
  });

  it('lets the next key sign at once when the active one is removed, and the active one stay when the next is', async () => {
    const [first] = await keys(a).list();
    const second = await keys(a).rotate();
    await keys(b).remove(first?.kid ?? '');
    expect((await keys(a).active()).kid).toBe(second.kid);
    const third = await keys(a).rotate();
    await keys(b).remove(third.kid);
    expect((await keys(a).list()).map(({ state }) => state)).toEqual(['removed', 'active', 'removed']);
    expect((await keys(a).active()).kid).toBe(second.kid);
    expect((await keys(b).rotate()).state).toBe('next');
  });

  it('leaves one key that signs when removals and rotations race', async () => {
    const [first] = await keys(a).list();
    await Promise.allSettled([keys(a).remove(first?.kid ?? ''), keys(b).rotate(), keys(b).remove(first?.kid ?? ''), keys(a).rotate()]);
    const states = (await keys(a).list()).map(({ state }) => state);
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
    expect(states.filter((state) => state === 'next').length).toBeLessThanOrEqual(1);
    expect(states).not.toContain('retiring');
  });

  it('rotates by itself when the active key has signed for long enough, and not before', async () => {
    const job = () => keys(b).rotateWhenDue(90);
    a.clock.advance(89 * 86_400);
    expect(await job()).toBeNull();
    a.clock.advance(86_401);
    expect((await job())?.state).toBe('next');
    expect(await job()).toBeNull();
    expect(await keys(a).rotateWhenDue(0)).toBeNull();
    expect(await keys(a).list()).toHaveLength(2);
  });

  it('takes no key that somebody has written into the table without the secret', async () => {
    const [row] = await a.app.services.database.client.signingKey.findMany();
    if (row === undefined) throw new Error('no key');
    const forged = createPublicKey({ key: JSON.parse(row.publicJwk), format: 'jwk' }).export({ format: 'jwk' });
    await a.app.services.database.client.signingKey.create({
      data: { ...row, id: 'forged', slot: null, publicJwk: JSON.stringify({ ...forged, kid: 'forged' }), retiredAt: new Date() },
    });
    a.clock.advance(31);
    expect(await jwksKids(a)).not.toContain('forged');
    await a.app.services.database.client.signingKey.delete({ where: { id: 'forged' } });
  });

  it('is what jose finds and verifies, through a change of keys', async () => {
    const person = await newPerson(a);
    const keySet = createRemoteJWKSet(new URL(`${b.url}/.well-known/jwks.json`), { cooldownDuration: 0 });
    const verified = (token: string) =>
      jwtVerify(token, keySet, {
        issuer: 'http://gatehouse.test',
        audience: 'http://gatehouse.test',
        typ: 'at+jwt',
        algorithms: ['ES256'],
        currentDate: new Date(a.clock.now()),
      });
    expect((await verified(person.accessToken)).payload.sub).toBe(person.id);
    await keys(a).rotate();
    a.clock.advance(keyTimes.publishedForSeconds + 1);
    const fresh = await refresh(a, person.refreshToken);
    expect((await verified(fresh.accessToken)).protectedHeader.kid).not.toBe(kidOf(person.accessToken));
  });
});

describe.each(databaseKinds)('the command line of keys, on %s', (kind) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());

  it('lists, rotates and removes, in JSON and for people', async () => {
    const rotated = JSON.parse((await runCommand(house, ['keys', 'rotate', '--json'])).out);
    expect(rotated.state).toBe('next');
    const listed = JSON.parse((await runCommand(house, ['keys', 'list', '--json'])).out);
    expect(listed.map(({ state }: { state: string }) => state)).toEqual(['active', 'next']);
    expect((await runCommand(house, ['keys', 'rotate'])).out).toMatch(`${rotated.kid} is published, and signs from `);
    const removed = await runCommand(house, ['keys', 'remove', listed[0].kid, '--json', '--yes']);
    expect([removed.code, JSON.parse(removed.out).state]).toEqual([0, 'removed']);
    expect((await runCommand(house, ['keys', 'list'])).out).toMatch(/STATE[\s\S]* removed [\s\S]* active /);
  });

  it('says NOT_FOUND for a key that is not there or was removed', async () => {
    const unknown = await runCommand(house, ['keys', 'remove', 'nothing', '--yes']);
    expect([unknown.code, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toMatch('NOT_FOUND');
    const listed = JSON.parse((await runCommand(house, ['keys', 'list', '--json'])).out);
    expect((await runCommand(house, ['keys', 'remove', listed[0].kid])).code).toBe(1);
  });
});
