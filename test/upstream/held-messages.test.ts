// Gateway, section 4.6: what waits until the session was asked about. The order of what happens at once is a test's to choose, so nothing is sent.
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import { holdMessages } from '../../src/upstream/streams/held-messages';
import type { Membership } from '../../src/upstream/streams/session.watch';

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
