import type { Gateway } from './gateway.js';
import { createRevoked, type RevocationList } from './revoked.js';
import type { VerifiedToken } from './token.js';

/** What is known of revocations, and how old that is at most. */
export interface Knowledge {
  readonly add: (list: RevocationList) => void;
  /** Everything that was revoked before this moment, of `elapsed`, is known. */
  readonly moveTo: (moment: number) => void;
  /** Reads the whole list. @throws {VerifierError} */
  readonly readWhole: () => Promise<void>;
  readonly isRevoked: (token: VerifiedToken) => boolean;
  /** Infinity where nothing is known. Never negative. */
  readonly stalenessMs: () => number;
  /** Whether the clock has gone back since the last look. Then nothing counts as known until the whole list was read again. */
  readonly lookAtClock: () => boolean;
}

interface Dependencies {
  readonly gateway: Pick<Gateway, 'readRevocations'>;
  readonly now: () => number;
  readonly elapsed: () => number;
}

/** A clock that is corrected by less, in milliseconds, is none that was set back. */
const wentBackMs = 1_000;

export function createKnowledge({ gateway, now, elapsed }: Dependencies): Knowledge {
  const revoked = createRevoked();
  let etag = '';
  let currentAt = Number.NEGATIVE_INFINITY;
  let lead = now() - elapsed();
  /** How often the clock has gone back, and of which of these times the whole list was read. */
  let timesBack = 0;
  let readAfter = 0;

  const moveTo = (moment: number): void => {
    if (readAfter < timesBack) return;
    currentAt = Math.max(currentAt, Math.min(moment, elapsed())); // a gateway whose clock is fast does not make it newer than now
    revoked.forget(elapsed());
  };
  const lookAtClock = (): boolean => {
    const leadNow = now() - elapsed();
    const wentBack = leadNow < lead - wentBackMs;
    lead = wentBack ? leadNow : Math.max(lead, leadNow);
    if (!wentBack) return false;
    timesBack += 1;
    etag = '';
    currentAt = Number.NEGATIVE_INFINITY;
    return true;
  };
  return {
    add: (list) => revoked.add(list, elapsed()),
    moveTo,
    readWhole: async () => {
      lookAtClock();
      const [asked, back] = [elapsed(), timesBack]; // the list is at least as new as the question, however long the answer took
      const answer = await gateway.readRevocations(etag);
      if (answer !== null) {
        revoked.add(answer.list, elapsed());
        if (back === timesBack) ({ etag } = answer);
      }
      readAfter = Math.max(readAfter, back);
      moveTo(asked);
    },
    isRevoked: revoked.has,
    stalenessMs: () => elapsed() - currentAt,
    lookAtClock,
  };
}
