import { maxStreamsPerClient, overlapSeconds } from '../../src/revocation-feed/revocation.feed';
import { createStreamOpener, maxWaiting } from '../../src/revocation-feed/revocation.stream';
import type { Revocation } from '../../src/revocation-feed/revocations.service';
import { rest } from '../support/doors';
import { type Events, followEvents } from '../support/events';
import { type House, onTwoNodes } from '../support/house';
import { newServiceClient } from '../support/service-client';
import { until } from '../support/until';
import { anotherDevice, newVisitor, type Visitor } from '../support/visitors';

const snapshot = async (house: House, authorization: string) => {
  const response = await fetch(`${house.url}/v1/revocations`, { headers: { authorization } });
  return (await response.json()) as {
    sessions: string[];
    users: { id: string; before: number; except: string | null }[];
    keys: string[];
    until: number;
  };
};
const logOut = (house: House, { accessToken }: Pick<Visitor, 'accessToken'>, scope = 'current') =>
  rest.send(house, 'logout', { scope }, accessToken);

onTwoNodes('what was revoked', (nodes) => {
  let authorization: string;
  let streams: Events[];
  const follow = async (house: House, headers: Record<string, string> = {}, as = authorization) => {
    const stream = await followEvents(house, as, headers);
    streams.push(stream);
    return stream;
  };
  beforeEach(async () => {
    streams = [];
    ({ authorization } = await newServiceClient(nodes()[0]));
  });
  afterEach(async () => {
    for (const stream of streams) stream.leave();
    for (const stream of streams) await stream.ended;
  });

  it('is listed until its last token has expired, and no longer', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    const early = await anotherDevice(a, kate);
    a.clock.advance(600);
    const late = await anotherDevice(a, kate);
    for (const device of [early, late]) await logOut(a, device);
    const listed = async () => (await snapshot(b, authorization)).sessions;
    expect(await listed()).toEqual(expect.arrayContaining([early.sessionId, late.sessionId]));
    a.clock.advance(301); // the last token of the early one has expired, but the clock of a service may be a minute behind
    expect(await listed()).toContain(early.sessionId);
    a.clock.advance(130);
    expect(await listed()).not.toContain(early.sessionId);
    expect(await listed()).toContain(late.sessionId);
    a.clock.advance(600);
    expect(await listed()).not.toContain(late.sessionId);
  });

  it('is not listed when no token is left of it', async () => {
    const [a] = nodes();
    const kate = await newVisitor(a);
    const phone = await anotherDevice(a, kate);
    a.clock.advance(1_800);
    const laptop = await anotherDevice(a, kate);
    await logOut(a, laptop, 'all');
    const list = await snapshot(a, authorization);
    expect(list.sessions).toContain(laptop.sessionId);
    expect(list.sessions).not.toContain(phone.sessionId);
    expect(list.users.map(({ id }) => id)).not.toContain(kate.id);
  });

  it('of a user is one entry, with the session that goes on, and the youngest sessions by name', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    const old = [await anotherDevice(a, kate), await anotherDevice(b, kate)];
    a.clock.advance(120);
    const young = await anotherDevice(a, kate);
    await logOut(a, kate, 'others');
    const { body } = await rest.send(a, 'refresh', { refreshToken: kate.refreshToken }); // 120 s later its token still lives
    expect(body.accessToken).toBeDefined();
    const list = await snapshot(b, authorization);
    const entry = list.users.find(({ id }) => id === kate.id);
    expect(entry?.except).toBe(kate.sessionId);
    expect(list.sessions).toContain(young.sessionId);
    for (const { sessionId } of [...old, kate]) expect(list.sessions).not.toContain(sessionId);

    a.clock.advance(120);
    const next = await anotherDevice(a, kate);
    await logOut(b, { accessToken: body.accessToken }, 'all');
    const after = await snapshot(a, authorization);
    const later = after.users.find(({ id }) => id === kate.id);
    expect(later?.except).toBeNull();
    expect(later?.before).toBeGreaterThan(entry?.before ?? 0);
    expect(after.sessions).toContain(next.sessionId);
  });

  it('a second cut of a user does not shorten what the first one says', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    const phone = await anotherDevice(a, kate);
    a.clock.advance(800);
    await rest.send(a, 'refresh', { refreshToken: phone.refreshToken }); // its tokens outlive those of the session that goes on
    await logOut(a, kate, 'others');
    const first = (await snapshot(b, authorization)).users.find(({ id }) => id === kate.id);
    a.clock.advance(-5); // the other node's clock is behind
    await logOut(b, kate, 'all');
    const second = (await snapshot(b, authorization)).users.find(({ id }) => id === kate.id);
    expect(second?.before).toBe(first?.before);
    a.clock.advance(300); // past the last token of the second cut, the grace and two minutes
    expect((await snapshot(b, authorization)).users.map(({ id }) => id)).toContain(kate.id);
  });

  it('outlives its user', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    a.clock.advance(120);
    await a.app.services.users.disable(kate.id);
    await a.app.services.database.client.user.delete({ where: { id: kate.id } });
    expect((await snapshot(b, authorization)).users.map(({ id }) => id)).toContain(kate.id);
  });

  it('is streamed to who accepts events: first what there is, then what comes, from either node', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    await logOut(a, kate);
    const stream = await follow(b);
    expect([stream.status, stream.headers['content-type'], stream.headers['cache-control']]).toEqual([
      200,
      'text/event-stream',
      'no-store',
    ]);
    await until("the stream has kate's session", () => stream.sessions().includes(kate.sessionId));
    for (const node of [a, b]) {
      const next = await newVisitor(node);
      await logOut(node, next);
      await until('the stream has the next session', () => stream.sessions().includes(next.sessionId));
    }
    const lars = await newVisitor(a);
    a.clock.advance(120);
    await a.app.services.users.disable(lars.id);
    await until('the stream has the user', () => stream.lists.some(({ users }) => users.some(({ id }) => id === lars.id)));
    const { kid } = await a.app.services.keys.active();
    await a.app.services.keys.remove(kid);
    await until('the stream has the key', () => stream.lists.some(({ keys }) => keys.includes(kid)));
  });

  it('says how old it is at most, again and again, and only once everything before was sent', async () => {
    const [a, b] = nodes();
    const from = performance.now();
    const stream = await follow(b);
    const kate = await newVisitor(a);
    await logOut(a, kate);
    const answered = performance.now() - from;
    await until('the stream says that everything before was sent', () => (stream.current.at(-1) ?? 0) > answered);
    expect(stream.sessions()).toContain(kate.sessionId);
    expect(stream.current).toEqual([...stream.current].sort((left, right) => left - right));
  });

  it('is resumed on any node, without a gap for what was committed late', async () => {
    const [a, b] = nodes();
    const stream = await follow(b);
    await until('the stream has begun', () => stream.ids.length > 0);
    stream.leave();
    const kate = await newVisitor(a);
    await logOut(a, kate);
    a.clock.advance(60);
    // A transaction that began before the cursor, and was committed after.
    await a.app.services.database.client.revocation.update({
      where: { id: kate.sessionId },
      data: { at: new Date(Number(stream.ids.at(-1)) - (overlapSeconds - 1) * 1000) },
    });
    const resumed = await follow(a, { 'last-event-id': stream.ids.at(-1) ?? '' });
    await until("the resumed stream has kate's session", () => resumed.sessions().includes(kate.sessionId));
    expect(resumed.sessions().filter((id) => id === kate.sessionId)).toHaveLength(1);
  });

  it('is not sent again to who has it, and is sent whole to who comes with a cursor that is none', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    await logOut(a, kate);
    a.clock.advance(overlapSeconds + 60);
    const stream = await follow(b);
    await until('the stream has begun', () => stream.ids.length > 0);
    stream.leave();
    const resumed = await follow(a, { 'last-event-id': stream.ids.at(-1) ?? '' });
    await until('the resumed stream is current', () => resumed.current.length > 0);
    expect(resumed.sessions()).not.toContain(kate.sessionId);
    for (const cursor of ['', 'x', '-1', '1', '999999999999999', `${'9'.repeat(400)}`]) {
      const whole = await follow(a, { 'last-event-id': cursor });
      await until("the whole list has kate's session", () => whole.sessions().includes(kate.sessionId));
      whole.leave();
    }
  });

  it('is for service clients alone, ends with the client, and is a list where no events are asked for', async () => {
    const [a, b] = nodes();
    const kate = await newVisitor(a);
    for (const wrong of ['', 'Basic eDp4', `Bearer ${kate.accessToken}`]) expect((await follow(b, {}, wrong)).status).toBe(401);
    const { id, authorization: theirs } = await newServiceClient(a);
    const stream = await follow(b, {}, theirs);
    const other = await follow(b);
    await a.app.services.clients.remove(id);
    await stream.ended;
    expect((await follow(b, {}, theirs)).status).toBe(401);
    await logOut(a, kate);
    await until("the other's stream has kate's session", () => other.sessions().includes(kate.sessionId));
    for (const accept of ['*/*', 'application/json'])
      expect((await fetch(`${b.url}/v1/revocations`, { headers: { authorization, accept } })).headers.get('content-type')).toMatch(/json/);
    const head = await fetch(`${b.url}/v1/revocations`, { method: 'HEAD', headers: { authorization, accept: 'text/event-stream' } });
    expect([head.status, head.headers.get('content-type'), head.headers.get('vary')]).toEqual([
      200,
      expect.stringMatching(/json/),
      'Origin, Accept',
    ]);
  });

  it('goes to so many streams of one client, and to those of others still', async () => {
    const [, b] = nodes();
    const { id } = await newServiceClient(b);
    const client = { id, name: id } as Parameters<House['app']['services']['revocationFeed']['follow']>[0];
    const nothing = { onRevoked: () => {}, onCurrent: () => {}, onEnd: () => {} };
    const followings = Array.from({ length: maxStreamsPerClient }, () => b.app.services.revocationFeed.follow(client, { ...nothing }));
    expect(() => b.app.services.revocationFeed.follow(client, { ...nothing })).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    expect((await follow(b)).status).toBe(200);
    for (const following of followings) following.stop();
    b.app.services.revocationFeed.follow(client, { ...nothing }).stop();
  });
});

describe('a stream of revocations', () => {
  const client = { id: 'c', name: 'c' } as Parameters<ReturnType<typeof createStreamOpener>>[0];
  const revocations = (count: number): Revocation[] =>
    Array.from({ length: count }, (_, index) => ({ kind: 'session', id: String(index), user: null, revision: 0, expiresAt: new Date() }));
  const open = async (before: Revocation[]) => {
    let follower: { onRevoked: (revoked: Revocation[]) => void; onEnd: () => void } | undefined;
    let isFollowing = true;
    const moment = { elapsed: performance.now(), time: Date.now() };
    const leave = () => {
      isFollowing = false;
    };
    const stream = await createStreamOpener({
      clock: { now: Date.now },
      revocations: { read: async () => before },
      feed: {
        follow: (_, given) => {
          follower = given;
          return { current: () => moment, stop: leave };
        },
        close: async () => {},
      },
    })(client, undefined);
    if (follower === undefined) throw new Error('nobody follows');
    return { stream, follower, isFollowing: () => isFollowing };
  };

  it('of somebody who does not read is cut off before it fills the memory', async () => {
    const { stream, follower, isFollowing } = await open([]);
    follower.onRevoked(revocations(maxWaiting));
    expect(stream.destroyed).toBe(false);
    follower.onRevoked(revocations(1));
    expect(stream.destroyed).toBe(true);
    await until('nobody follows', () => !isFollowing());
  });

  it('of somebody who reads is told of any number at once, or is cut off: none is lost without a word', async () => {
    const { stream, follower } = await open([]);
    follower.onRevoked(revocations(300_000));
    expect(stream.destroyed).toBe(true);
  });

  it('gives a cursor only once everything that was before has been sent', async () => {
    const { stream, follower } = await open(revocations(2_500));
    follower.onEnd();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    const events = text.split('\n\n').filter((block) => block.includes('data: '));
    expect(events.map((event) => event.startsWith('id: '))).toEqual([false, false, true]);
    expect(events.flatMap((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)).sessions)).toHaveLength(2_500);
  });

  it('gives none either before the rest of what a node finds after a gap', async () => {
    const { stream, follower } = await open([]);
    follower.onRevoked(revocations(2_500));
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      if (text.includes('"2499"')) follower.onEnd();
    }
    const events = text.split('\n\n').filter((block) => block.includes('data: '));
    expect(events.map((event) => event.startsWith('id: '))).toEqual([true, false, false, true]); // the first is what was before: nothing
  });
});
