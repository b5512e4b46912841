import { z } from 'zod';
import { section, setting, type ValuesOf } from '../settings/setting';
import { type MailTarget, mailUrlRule, parseMailUrl, parseSender, type Sender } from './mail.url';

/** Undefined: no mail is sent. */
const target = z.string().transform((value, issues): MailTarget | undefined => {
  if (value === 'off' || value === '') return undefined;
  const read = parseMailUrl(value);
  if (read !== undefined) return read;
  issues.addIssue(mailUrlRule);
  return z.NEVER;
});

const sender = z.string().transform((value, issues): Sender => {
  const read = parseSender(value);
  if (read !== undefined) return read;
  issues.addIssue('must be one address, or a name and an address like Example <no-reply@example.com>');
  return z.NEVER;
});

export const mailSettings = section(
  'Mail',
  {
    target: setting('AUTH_MAIL_URL', target, {
      default: { development: 'file:./data/mail', production: 'off' },
      words:
        'where mails go: `smtps://user:password@host:465`, `smtp://…:587` (with STARTTLS, but for this machine), ' +
        '`file:DIRECTORY` (a file a mail, for development) or `off`: see [mail](mail.md)',
      secret: true,
    }),
    from: setting('AUTH_MAIL_FROM', sender, {
      shown: '`no-reply@` and the host of `PUBLIC_URL`',
      words: 'who mails are from: one address, or a name and an address such as `Example <no-reply@example.com>`',
    }),
  },
  {
    under: 'mail',
    warnings: ({ production, target: read }) =>
      production && (read as MailTarget | undefined)?.kind === 'file'
        ? ['AUTH_MAIL_URL is file: in production: mails lie in a folder, with their codes, and reach nobody']
        : [],
  },
);

export type MailSettings = ValuesOf<typeof mailSettings>['mail'];
