import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/database';
import { Failure } from '../../src/errors';
import { openSigningKeys, type SigningKeys } from '../../src/tokens/signing-keys.service';
import { doors, rest } from '../support/doors';
import { encode, secretsOf } from '../support/forgery';
import { type House, onBothDatabases } from '../support/house';
import { newVisitor } from '../support/visitors';

/** Statements that read all keys: an upper bound on what invented ones cost. */
const readings = (house: House, from: number): number =>
  house.queries.slice(from).filter((sql) => /^SELECT(?!.*COUNT).*FROM .*signing_keys/i.test(sql)).length;

onBothDatabases('tokens with invented key ids', (house) => {
  const inventedToken = () =>
    [encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() }), encode({ sub: randomUUID() }), 'A'.repeat(86)].join('.');
  const burst = async (size: number): Promise<(string | null)[]> => {
    const answers = await Promise.all(
      Array.from({ length: size }, (_, turn) => doors[turn % 2]?.send(house(), 'profile', undefined, inventedToken())),
    );
    return answers.map((answer) => answer?.body.reason);
  };
  beforeAll(() => house().clock.stop());

  it('have the keys read once, however many come at a time, and once a second', async () => {
    for (let second = 0; second < 3; second += 1) {
      house().clock.advance(1);
      const from = house().queries.length;
      expect(new Set(await burst(200))).toEqual(new Set(['INVALID']));
      const read = readings(house(), from);
      expect(read).toBeGreaterThanOrEqual(1);
      expect(read).toBeLessThan(20); // one, and one for each time that a busy node has missed the other nodes' messages; not 200
      expect(new Set(await burst(20))).toEqual(new Set(['INVALID']));
      expect(readings(house(), from)).toBeLessThan(20);
    }
  });

  it('keep nobody out who has a right token', async () => {
    const kate = await newVisitor(house());
    house().clock.advance(1);
    const [, answer] = await Promise.all([burst(100), rest.send(house(), 'profile', undefined, kate.accessToken)]);
    expect([answer.status, answer.body.id]).toEqual([200, kate.id]);
  });
});

interface SlowDatabase {
  readonly database: Database;
  /** Holds the answer of the next reading of the keys back, once it was read, until it is released. */
  readonly holdNext: () => { readonly isRead: Promise<void>; readonly release: () => void };
  readonly begun: () => number;
}

function slowly(database: Database): SlowDatabase {
  let held: { readonly released: Promise<void>; readonly onRead: () => void } | null = null;
  let begun = 0;
  const { signingKey } = database.client;
  const findMany = async (...wishes: Parameters<typeof signingKey.findMany>) => {
    begun += 1;
    const holding = held;
    held = null;
    const found = await signingKey.findMany(...wishes);
    holding?.onRead();
    await holding?.released;
    return found;
  };
  return {
    database: over(database, { client: over(database.client, { signingKey: over(signingKey, { findMany }) }) }),
    begun: () => begun,
    holdNext: () => {
      const [read, released] = [deferred(), deferred()];
      held = { released: released.promise, onRead: read.resolve };
      return { isRead: read.promise, release: released.resolve };
    },
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const over = <Whole extends object>(whole: Whole, part: object): Whole =>
  new Proxy(whole, { get: (target, name) => Reflect.get(name in part ? part : target, name) });

onBothDatabases('a slow reading of the signing keys', (house) => {
  const open = async () => {
    const { database, audit } = house().app.services;
    const slow = slowly(database);
    const keys = await openSigningKeys({ database: slow.database, audit, secrets: secretsOf(house()), clock: house().clock });
    house().clock.advance(60); // what was read at the start is no longer fresh
    return { keys, ...slow };
  };
  const kids = async (keys: SigningKeys) => (await keys.jwks()).keys.map(({ kid }) => kid);

  it('brings no removed key back, where this node has removed it meanwhile', async () => {
    const { keys, holdNext } = await open();
    const { kid } = await keys.active();
    house().clock.advance(60);
    const { isRead, release } = holdNext();
    const slow = keys.find('invented');
    await isRead;
    await keys.remove(kid);
    expect(await keys.find(kid)).toBeNull();
    release();
    expect(await slow).toBeNull();
    expect(await keys.find(kid)).toBeNull();
    expect(await kids(keys)).not.toContain(kid);
  });

  it('brings no removed key back, where another node has removed it and this one has heard of that', async () => {
    const { keys, holdNext } = await open();
    const { kid } = await keys.active();
    house().clock.advance(60);
    const { isRead, release } = holdNext();
    const slow = keys.find('invented');
    await isRead;
    await house().app.services.keys.remove(kid);
    expect(await kids(keys)).not.toContain(kid);
    release();
    expect(await slow).toBeNull();
    expect(await keys.find(kid)).toBeNull();
  });

  it('is not taken for fresh, where a key was removed since it began', async () => {
    const { keys, holdNext } = await open();
    const { kid } = await keys.active();
    house().clock.advance(60);
    const { isRead, release } = holdNext();
    const slow = keys.find('invented');
    await isRead;
    await house().app.services.keys.remove(kid);
    release();
    expect(await slow).toBeNull();
    expect(await kids(keys)).not.toContain(kid);
    expect((await keys.active()).kid).not.toBe(kid);
  });

  it('serves all who ask while it is under way, also past the pause', async () => {
    const { keys, holdNext, begun } = await open();
    const { release } = holdNext();
    const before = begun();
    const asking = [keys.find('invented')];
    for (let second = 0; second < 5; second += 1) {
      house().clock.advance(1);
      asking.push(...Array.from({ length: 20 }, (_, turn) => keys.find(`invented-${second}-${turn}`)));
    }
    expect(begun()).toBe(before + 1);
    release();
    expect(new Set(await Promise.all(asking))).toEqual(new Set([null]));
    expect(begun()).toBe(before + 1);
    await keys.find('invented'); // the pause was over before the reading was
    expect(begun()).toBe(before + 2);
  });

  it('is followed by one that serves all who must know what came after it', async () => {
    const { keys, holdNext, begun } = await open();
    const { release } = holdNext();
    const before = begun();
    const slow = keys.find('invented');
    const asking = Array.from({ length: 50 }, () => keys.refresh());
    expect(begun()).toBe(before + 1);
    release();
    await Promise.all([slow, ...asking]);
    expect(begun()).toBe(before + 2);
  });

  it('that fails is UNAVAILABLE for all who wait for it, and the next one who asks tries again', async () => {
    const { database, audit } = house().app.services;
    let fails = false;
    const { signingKey } = database.client;
    const failure = new Failure('UNAVAILABLE');
    const findMany = (...wishes: Parameters<typeof signingKey.findMany>) =>
      fails ? Promise.reject(failure) : signingKey.findMany(...wishes);
    const broken = over(database, { client: over(database.client, { signingKey: over(signingKey, { findMany }) }) });
    const keys = await openSigningKeys({ database: broken, audit, secrets: secretsOf(house()), clock: house().clock });
    house().clock.advance(60);
    fails = true;
    const answers = await Promise.allSettled([keys.find('invented'), keys.find('another'), keys.jwks()]);
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason)).toEqual([failure, failure, failure]);
    fails = false;
    expect(await keys.find('invented')).toBeNull();
  });
});
