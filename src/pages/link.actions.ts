import type { MailTokenRow } from '../database/database';
import type { LeavingService } from '../leaving/leaving.service';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Purpose } from '../mail-tokens/purposes';
import type { Requester } from '../requester';
import type { TimelineService } from '../timeline/timeline.service';
import type { LinkPage } from './link.page';

/** What the page needs of the house. */
export interface LinkHouse {
  readonly mailTokens: MailTokens;
  readonly leaving: Pick<LeavingService, 'restoreByLink'>;
  readonly timeline: Pick<TimelineService, 'disputeByLink'>;
}

/** What pressing a button does, and what the page says then. @throws {Failure} INVALID_CODE when somebody else was faster */
type Press = (house: LinkHouse, link: MailTokenRow, requester: Requester) => Promise<LinkPage>;

interface LinkActions {
  readonly page: LinkPage;
  readonly presses: Readonly<Record<string, Press>>;
}

const dispute: Press = async ({ timeline }, link, requester) => {
  const { endedSessions, passwordNeeded } = await timeline.disputeByLink(link, requester);
  const ended = `Every session of the account has ended (${endedSessions}).`;
  const next = passwordNeeded
    ? 'Its password opens nothing any more. A mail with a code for a new one is on its way.'
    : 'Log in again to see what else happened.';
  return { title: 'Your account is locked', lines: [ended, next] };
};

const restore: Press = async ({ leaving }, link, requester) => {
  const { username } = await leaving.restoreByLink(link, requester);
  return { title: 'Your account stays', lines: [`The account ${username} is not deleted. Log in as usual.`] };
};

const notMe = { action: 'dispute', words: 'This was not me' } as const;

/** What the links of each purpose do. Those that are not here show their code, which is typed where it was asked for. */
export const linkActions: Partial<Record<Purpose, LinkActions>> = {
  DISPUTE: {
    page: {
      title: 'Was this not you?',
      lines: [
        'If somebody else did what the mail told you of, press the button. Every session of the account ends, what was changed is taken back where that is possible, and you are sent a code for a new password.',
        'If it was you, close this page: nothing happens.',
      ],
      buttons: [notMe],
    },
    presses: { dispute },
  },
  RESTORE: {
    page: {
      title: 'Keep your account?',
      lines: [
        'The account is going to be deleted. If you have changed your mind, keep it.',
        'If it was not you who wanted to delete it, say so: the account stays, every session of it ends, and you are sent a code for a new password.',
      ],
      buttons: [{ action: 'restore', words: 'I have changed my mind: keep it' }, notMe],
    },
    presses: { restore, dispute },
  },
};
