import type { SessionCheck } from '../sessions/session.check';

/** The session check, telling each verdict: `ACCEPTED`, or the reason against it. */
export const countSessionChecks = (check: SessionCheck, onSessionCheck: (verdict: string) => void): SessionCheck => ({
  ...check,
  authenticate: counting(check.authenticate, onSessionCheck),
  judge: counting(check.judge, onSessionCheck),
});

type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

const counting =
  <Given extends unknown[], Found extends Verdict>(ask: (...given: Given) => Promise<Found>, onSessionCheck: (verdict: string) => void) =>
  async (...given: Given): Promise<Found> => {
    try {
      const verdict = await ask(...given);
      onSessionCheck(verdict.accepted ? 'ACCEPTED' : verdict.reason);
      return verdict;
    } catch (error) {
      onSessionCheck('UNAVAILABLE');
      throw error;
    }
  };
