import type { Notices } from '../invalidation-bus';

/**
 * Whether this node holds its lease now: it has heard every notice of what was committed until less than `leaseMs` ago. By both clocks: the
 * monotonic one may stand still while a virtual machine does, and the other one may be set.
 */
export function watchLease(notices: Notices, leaseMs: number): () => boolean {
  let beatAt = Number.NEGATIVE_INFINITY;
  notices.onBeat((heardUntilTime) => {
    beatAt = heardUntilTime; // of when it was sent: the machine may have stood still since
  });
  return () => leaseMs > 0 && performance.now() - notices.heardUntil() < leaseMs && Math.abs(Date.now() - beatAt) < leaseMs;
}
