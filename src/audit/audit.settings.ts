import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';

export const auditSettings = section('Audit', {
  auditDays: setting('AUTH_AUDIT_DAYS', wholeNumber(1, 3_650, 'whole days'), {
    default: '400',
    words: 'how long audit events are kept; 1 to 3,650',
  }),
});
