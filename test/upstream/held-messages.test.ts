// Gateway, section 4.6: what waits until the session was asked about. The order of what happens at once is a test's to choose, so nothing is sent.
import type { Notices } from '../../src/database/invalidation-bus';
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import type { TokenVerdict } from '../../src/sessions/session.check';
import { holdMessages } from '../../src/upstream/streams/held-messages';
import { createSessionWatch, type Membership } from '../../src/upstream/streams/session.watch';
import { until } from '../support/until';

const session = { row: { id: 's' }, user: { id: 'u' } } as AuthenticatedSession;

/** A membership whose session lives, and is doubtful for as long as a test says. */
function member(isDoubtful: () => boolean): Membership {
  return { check: async () => session, isDoubtful, renew: () => undefined, leave: () => undefined };
}

describe('what is held', () => {
  it('is sent before its stream is over, however long the doubt lasts', async () => {
    let isDoubtful = true;
    const sent: string[] = [];
    const held = holdMessages(
      member(() => isDoubtful),
      (message) => void sent.push(message),
    );
    held.add('a');
    held.add('b');
    let isOver = false;
    const over = held.whenSent().then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([sent, isOver]).toEqual([[], false]);
    isDoubtful = false;
    await over;
    expect(sent).toEqual(['a', 'b']);
  });

  it('is at most 1 MiB, or one message alone', async () => {
    const sent: string[] = [];
    const held = holdMessages(
      member(() => false),
      (message) => void sent.push(message),
    );
    expect(held.add('x'.repeat(2 * 1024 * 1024))).toBe(true);
    expect(held.add('y')).toBe(false);
    await held.whenSent();
    expect(held.add('z')).toBe(true);
    await held.whenSent();
    expect(sent.map(({ length }) => length)).toEqual([2 * 1024 * 1024, 1]);
  });
});

it('what is said while a session is looked at is another doubt: the look that had begun before does not end it', async () => {
  const answers: ((verdict: TokenVerdict) => void)[] = [];
  const judge = () => new Promise<TokenVerdict>((resolve) => answers.push(resolve));
  const listeners = new Map<string, (notice: { ids: readonly string[] }) => void>();
  const notices = {
    subscribe: (topic: string, listener: (notice: { ids: readonly string[] }) => void) => {
      listeners.set(topic, listener);
      return () => undefined;
    },
    onGap: () => () => undefined,
  } as unknown as Notices;
  const watch = createSessionWatch({ judge, readLive: async () => null }, notices, { now: () => 0 });
  const claims = { userId: 'u', sessionId: 's', tokenId: 't', keyId: 'k', issuedAt: 0, expiresAt: 600 };
  const ends: string[] = [];
  const joined = watch.join('token', claims, 'token', { onEnd: (why) => void ends.push(why), onChange: () => undefined });
  await until('it is looked at', () => answers.length === 1);
  listeners.get('sessions')?.({ ids: ['s'] });
  await until('it is looked at again', () => answers.length === 2);
  answers[0]?.({ accepted: true, session, claims });
  await new Promise((resolve) => setImmediate(resolve));
  expect([joined.isDoubtful(), ends]).toEqual([true, []]);
  const checked = joined.check();
  answers[1]?.({ accepted: false, reason: 'REVOKED' });
  expect([await checked, ends]).toEqual([null, ['REVOKED']]);
  expect(answers).toHaveLength(2); // asked once for both
  watch.close();
});
