import { wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

export const leavingSettings = section('Leaving', {
  deletionDays: setting('AUTH_DELETION_DAYS', wholeNumber(0, 365, 'whole days'), {
    default: '30',
    words: 'how long an account that its owner deletes can be taken back; 0 to 365, 0 is not at all: it is erased at once',
  }),
});

export type LeavingSettings = ValuesOf<typeof leavingSettings>;
