import { z } from 'zod';
import { section, setting, type ValuesOf } from '../settings/setting';

export const admissionSettings = section('Addresses', {
  emailVerification: setting('AUTH_EMAIL_VERIFICATION', z.enum(['off', 'on', 'required'], { error: 'must be off, on or required' }), {
    shown: '`on` with mail (`AUTH_MAIL_URL`), else `off`',
    words:
      '`on`: an address is proved by a mail, and a new one counts once it is proved; `required`: and nobody logs in before; ' +
      '`off`: addresses are taken at their word',
  }),
});

export type AdmissionSettings = ValuesOf<typeof admissionSettings>;
