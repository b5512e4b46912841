// Gateway, section 4.6: what is asked about a session of streams. The order of what happens at once is a test's to choose, so nothing is sent.
import type { Notices, Topic } from '../../src/database/invalidation-bus';
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import type { TokenVerdict } from '../../src/sessions/session.check';
import { holdMessages } from '../../src/upstream/streams/held-messages';
import { createSessionWatch, type SessionWatch } from '../../src/upstream/streams/session.watch';
import { until } from '../support/until';

const session = { row: { id: 's' }, user: { id: 'u' } } as AuthenticatedSession;
const claims = { userId: 'u', sessionId: 's', tokenId: 't', keyId: 'k', issuedAt: 0, expiresAt: 600 };
const accepted = (of = session): TokenVerdict => ({ accepted: true, session: of, claims });

/** One question about a token that a test answers. */
interface Question {
  readonly token: string;
  readonly answer: (verdict: TokenVerdict) => void;
  readonly fail: () => void;
}

let watch: SessionWatch;
let questions: Question[];
let listeners: Map<Topic, (notice: { ids: readonly string[] }) => void>;
beforeEach(() => {
  questions = [];
  listeners = new Map();
  const notices = {
    subscribe: (topic: Topic, listener: (notice: { ids: readonly string[] }) => void) => {
      listeners.set(topic, listener);
      return () => undefined;
    },
    onGap: () => () => undefined,
  } as unknown as Notices;
  const judge = (token: string) =>
    new Promise<TokenVerdict>((answer, reject) => questions.push({ token, answer, fail: () => reject(new Error('no database')) }));
  watch = createSessionWatch({ judge, readLive: async () => null }, notices, { now: () => 0 });
});
afterEach(() => watch.close());

const say = (topic: Topic, ...ids: string[]): void => listeners.get(topic)?.({ ids });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A member that keeps what it is told, and what is sent on its stream. */
function join(token: string, isSocket = true) {
  const told: (string | AuthenticatedSession)[] = [];
  const sent: string[] = [];
  const membership = watch.join(token, claims, 'token', {
    isSocket,
    onEnd: (why) => void told.push(why),
    onChange: (of) => void told.push(of),
  });
  return { ...membership, told, sent, held: holdMessages(membership, (message) => void sent.push(message)) };
}

it('what is said while a session is looked at is another doubt: the look that had begun before does not end it', async () => {
  const joined = join('token');
  await until('it is looked at', () => questions.length === 1);
  say('sessions', 's');
  await until('it is looked at again', () => questions.length === 2);
  questions[0]?.answer(accepted());
  await turn();
  expect(joined.isDoubtful()).toBe(true);
  const checked = joined.check();
  questions[1]?.answer({ accepted: false, reason: 'REVOKED' });
  expect([await checked, joined.told.at(-1)]).toEqual([null, 'REVOKED']);
  expect(questions).toHaveLength(2); // asked once for both
});

it('a look that is answered behind a later one changes nothing any more', async () => {
  const joined = join('token');
  say('user', 'u');
  await until('it is looked at twice', () => questions.length === 2);
  const newer = { ...session };
  questions[1]?.answer(accepted(newer));
  await turn();
  questions[0]?.answer(accepted({ ...session }));
  await turn();
  expect(joined.told).toHaveLength(1);
  expect(joined.told[0]).toBe(newer);
});

it('whoever has left while the database did not answer is asked about no more, and what was held for him is dropped', async () => {
  const joined = join('token');
  joined.held.add('message');
  await until('it is looked at', () => questions.length === 1);
  questions[0]?.fail();
  await turn();
  joined.leave();
  let isOver = false;
  void joined.held.whenSent().then(() => {
    isOver = true;
  });
  await until('nothing is held', () => {
    for (const { answer } of questions) answer(accepted());
    return isOver;
  });
  expect(joined.sent).toEqual([]);
  expect(questions).toHaveLength(1);
});

describe('a key that was removed', () => {
  it('ends the streams of its tokens, and nothing is sent on them until that is known', async () => {
    const [old, renewed] = [join('old'), join('renewed')];
    await turn();
    for (const { answer } of questions.splice(0)) answer(accepted());
    await until('both are believed', () => !old.isDoubtful() && !renewed.isDoubtful());
    say('keys');
    old.held.add('message');
    renewed.held.add('message');
    await until('both are asked about', () => new Set(questions.map(({ token }) => token)).size === 2);
    for (const { token, answer } of questions) if (token === 'renewed') answer(accepted());
    await turn();
    expect(old.sent).toEqual([]);
    for (const { token, answer } of questions) if (token === 'old') answer({ accepted: false, reason: 'INVALID' });
    await until('the other goes on', () => renewed.sent.length === 1);
    expect([old.sent, old.told.at(-1)]).toEqual([[], 'REVOKED']);
  });

  it('ends them also where it was removed while the database did not answer', async () => {
    const [old, renewed] = [join('old'), join('renewed')];
    await turn();
    say('keys');
    await turn();
    for (const { fail } of questions.splice(0)) fail();
    await until('they are looked at again', () => questions.length > 0);
    await until('it has ended', () => {
      for (const { token, answer } of questions.splice(0)) answer(token === 'old' ? { accepted: false, reason: 'INVALID' } : accepted());
      return old.told.includes('REVOKED');
    });
    expect(renewed.told).not.toContain('REVOKED');
  });
});

it('the sockets of a session are counted without its streams over HTTP', () => {
  join('token', false);
  expect(watch.socketsOf('s')).toBe(0);
  join('token');
  expect(watch.socketsOf('s')).toBe(1);
});
