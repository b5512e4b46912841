import type { Job } from '../jobs/jobs.service';
import { erasedAtOnce, type LeavingService } from './leaving.service';

/** Accounts whose time to be taken back is over. Killed half way, the next node goes on: each is erased in a transaction of its own. */
export const eraseAccounts = (leaving: LeavingService): Job => ({
  name: 'erase-accounts',
  everySeconds: 300,
  run: async (lease) => {
    while ((await leaving.eraseDue()) === erasedAtOnce && (await lease.renew()));
  },
});
