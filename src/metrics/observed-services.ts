import type { AccountsService } from '../accounts/accounts.service';
import type { SessionCheck } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import { type OnOutcome, observed } from './observe';

interface Observable {
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
  readonly sessionCheck: SessionCheck;
}

/** The services as the doors see them, each operation under the name that both doors give it. */
export function observeServices<Services extends Observable>(
  services: Services,
  onOutcome: OnOutcome,
  onSessionCheck: (verdict: string) => void,
): Services {
  const { accounts, sessions, sessionCheck } = services;
  return {
    ...services,
    accounts: observed(
      accounts,
      {
        register: 'register',
        login: 'login',
        me: 'me',
        profile: 'profile',
        updateProfile: 'updateProfile',
        changePassword: 'changePassword',
      },
      onOutcome,
    ),
    sessions: observed(sessions, { refresh: 'refresh', list: 'sessions', logout: 'logout', revoke: 'revokeSession' }, onOutcome),
    sessionCheck: {
      ...sessionCheck,
      authenticate: countVerdicts(sessionCheck.authenticate, onSessionCheck),
    },
  };
}

const countVerdicts =
  <Ask extends unknown[], Verdict extends { readonly accepted: boolean; readonly reason?: string }>(
    authenticate: (...ask: Ask) => Promise<Verdict>,
    onSessionCheck: (verdict: string) => void,
  ) =>
  async (...ask: Ask): Promise<Verdict> => {
    try {
      const verdict = await authenticate(...ask);
      onSessionCheck(verdict.accepted ? 'ACCEPTED' : (verdict.reason ?? 'INVALID'));
      return verdict;
    } catch (error) {
      onSessionCheck('UNAVAILABLE');
      throw error;
    }
  };
