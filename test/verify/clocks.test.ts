import { createVerifier, type Verifier, type VerifierOptions } from '../../packages/verify/src/verifier';
import { type FakeGateway, openFakeGateway } from '../support/fake-gateway';
import { until } from '../support/until';

const begun = Date.now();
let wallMs: number;
let passedMs: number;
let gateway: FakeGateway;
let opened: Verifier[];
beforeEach(async () => {
  wallMs = begun;
  passedMs = 1_000_000;
  opened = [];
  gateway = await openFakeGateway(() => begun);
});
afterEach(async () => {
  for (const verifier of opened) verifier.close();
  await gateway.close();
});

const pass = (ms: number): void => {
  wallMs += ms;
  passedMs += ms;
};
const open = (wishes: Partial<VerifierOptions> = {}): Verifier => {
  const verifier = createVerifier({
    issuer: 'http://gatehouse.test',
    url: gateway.url,
    clientId: 'service',
    clientSecret: 'secret',
    everySeconds: 0,
    whenStale: 'refuse',
    now: () => wallMs,
    elapsed: () => passedMs,
    ...wishes,
  });
  opened.push(verifier);
  return verifier;
};
const reasonOf = async (verifier: Verifier, token: string) => {
  const verification = await verifier.verify(token);
  return verification.accepted ? null : verification.reason;
};
const day = 86_400_000;

describe('A service whose clock is set', () => {
  const revokedToken = () => {
    const token = gateway.sign({ sid: 'ended' });
    gateway.list({ sessions: ['ended'], until: Math.floor(begun / 1000) + 900 });
    return token;
  };

  it.each([
    ['forward and back', [day, -day]],
    ['forward and back by an hour, twice', [3_600_000, -3_600_000, 3_600_000, -3_600_000]],
    ['back and forward', [-3_600_000, 3_600_000]],
  ])('%s refuses what was revoked still', async (_how, steps) => {
    const verifier = open();
    const token = revokedToken();
    await verifier.refresh();
    for (const step of steps) {
      wallMs += step;
      await verifier.verify(token);
      await verifier.refresh();
      pass(1_000);
    }
    expect(await reasonOf(verifier, token)).toBe('REVOKED');
  });

  it('back knows nothing until it has read the whole list again, whatever the feed says', async () => {
    const verifier = open({ everySeconds: 3_600 });
    await until('list and stream are asked for', () => gateway.lists() > 0 && gateway.streams() > 0);
    await until('the verifier is current', () => verifier.stalenessSeconds() === 0);
    wallMs += day;
    pass(1_000);
    expect(await reasonOf(verifier, gateway.sign())).toBe('INVALID'); // by this clock it has expired
    wallMs -= day;
    const given = gateway.lists();
    const whole = reasonOf(verifier, gateway.sign());
    gateway.write(': current 1000\n\n');
    expect(await whole).toBe('UNAVAILABLE');
    await until('the list is given again', () => gateway.lists() > given); // the list itself, and no 304
    await until('the token is accepted', async () => (await reasonOf(verifier, gateway.sign())) === null);
  });

  it('a little, as clocks are corrected, goes on with what it knows', async () => {
    const verifier = open();
    await verifier.refresh();
    wallMs -= 900;
    expect(await reasonOf(verifier, gateway.sign())).toBeNull();
  });

  it.each([
    [0.5, 'half as fast'],
    [2, 'twice as fast'],
  ])('and runs %d times as fast keeps what was told for as long as a token of it lives', async (rate) => {
    const verifier = open({ maxStalenessSeconds: 1_000_000 });
    const token = gateway.sign({ sid: 'ended', exp: Math.floor(begun / 1000) + 86_400 });
    gateway.list({ sessions: ['ended'], until: Math.floor(begun / 1000) + 86_400 });
    await verifier.refresh();
    passedMs += day / Math.max(rate, 1);
    wallMs += Math.min(rate, 1) * day;
    await verifier.refresh();
    expect(await reasonOf(verifier, token)).not.toBeNull();
  });
});

describe('An entry', () => {
  const seconds = Math.floor(begun / 1000);

  it('is kept a minute longer than its last token lives, for a clock that is behind, and not for ever', async () => {
    const verifier = open({ maxStalenessSeconds: 1_000_000 });
    const token = gateway.sign({ sid: 'ended', exp: seconds + 86_400 });
    gateway.list({ sessions: ['ended'], until: seconds + 86_400 });
    await verifier.refresh();
    gateway.list({});
    pass(day + 59_000);
    wallMs -= 60_000; // this clock went a minute behind, little by little: for it the token lives
    const behind = open({ maxStalenessSeconds: 1_000_000, now: () => wallMs });
    await behind.refresh();
    expect(await reasonOf(behind, token)).toBeNull(); // nothing but the entry refuses it
    await verifier.refresh();
    await verifier.refresh();
    expect(await reasonOf(verifier, token)).toBe('REVOKED');
    pass(3_600_000);
    wallMs -= 3_600_000;
    await verifier.refresh();
    await verifier.refresh();
    expect(await reasonOf(verifier, token)).toBeNull();
  });

  it.each([
    [[1, 2], 'in order'],
    [[2, 1], 'the later first'],
  ])('of a user of a later generation counts: %j', async (generations) => {
    const verifier = open();
    const entries: Record<number, object> = {
      1: { id: 'kate', before: seconds - 100, except: null, generation: 1 },
      2: { id: 'kate', before: seconds + 1, except: 'goes-on', generation: 2 },
    };
    for (const generation of generations) {
      gateway.list({ users: [entries[generation] ?? {}], until: seconds + 900 });
      await verifier.refresh();
    }
    expect(await reasonOf(verifier, gateway.sign())).toBe('REVOKED');
    expect(await reasonOf(verifier, gateway.sign({ sid: 'goes-on' }))).toBeNull();
  });

  it.each([2, 5])('of a user counts after a restored backup, in which the generation is %j again', async (generation) => {
    const verifier = open();
    gateway.list({ users: [{ id: 'kate', before: seconds - 100, except: null, generation: 5 }], until: seconds + 900 });
    await verifier.refresh();
    expect(await reasonOf(verifier, gateway.sign())).toBeNull();
    gateway.list({ users: [{ id: 'kate', before: seconds + 1, except: 'goes-on', generation }], until: seconds + 900 });
    await verifier.refresh();
    expect(await reasonOf(verifier, gateway.sign())).toBe('REVOKED');
    expect(await reasonOf(verifier, gateway.sign({ sid: 'goes-on' }))).toBeNull();
  });
});

describe('What is known', () => {
  it('is never newer than now, where the gateway counts faster, and the count begins anew', async () => {
    const verifier = open({ everySeconds: 3_600 });
    await until('the stream is open', () => gateway.streams() === 1);
    await until('the verifier is current', () => verifier.stalenessSeconds() === 0);
    pass(1_000);
    gateway.write(': current 8200\n\n');
    await until('the stream is asked for again', () => gateway.streams() === 2); // it asked again
    expect(verifier.stalenessSeconds()).toBeGreaterThanOrEqual(0);
    pass(10_001);
    expect(verifier.stalenessSeconds()).toBeGreaterThan(10);
    expect(await reasonOf(verifier, gateway.sign({ iat: Math.floor(wallMs / 1000) }))).toBe('UNAVAILABLE');
  });
});

describe('A gateway whose clock is ahead', () => {
  const ahead = (secondsAhead: number) => {
    const iat = Math.floor(begun / 1000) + secondsAhead;
    return gateway.sign({ iat, exp: iat + 900, auth_time: iat });
  };

  it('by a minute is believed, and by more is not', async () => {
    const verifier = open();
    await verifier.refresh();
    for (const [by, reason] of [[30, null], [59, null], [62, 'INVALID']] as const) // biome-ignore format: pairs
      expect([by, await reasonOf(verifier, ahead(by))]).toEqual([by, reason]);
  });

  it('is believed as far as the option says, which is never more than five seconds after `exp`', async () => {
    const [none, most] = [open({ clockToleranceSeconds: 0 }), open({ clockToleranceSeconds: 300 })];
    for (const verifier of [none, most]) await verifier.refresh();
    expect([await reasonOf(none, ahead(2)), await reasonOf(most, ahead(290))]).toEqual(['INVALID', null]);
    const token = gateway.sign();
    pass(902_000);
    for (const verifier of [none, most]) await verifier.refresh();
    expect([await reasonOf(none, token), await reasonOf(most, token)]).toEqual(['INVALID', null]);
    pass(5_000);
    await most.refresh();
    expect(await reasonOf(most, token)).toBe('INVALID');
    for (const clockToleranceSeconds of [-1, 301, Number.NaN]) expect(() => open({ clockToleranceSeconds })).toThrow(RangeError);
  });
});
