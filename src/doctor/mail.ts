import type { Config } from '../config';
import { shownTarget } from '../mail/mail.url';
import { openTransport } from '../mail/transports/open-transport';
import { SendError } from '../mail/transports/transport';
import { type Finding, ok, warning, wrong } from './finding';

/** Whether the mail server would take a mail: connects and logs in, and sends none. */
export async function examineMail({ mail: { target } }: Pick<Config, 'mail'>): Promise<Finding> {
  if (target === undefined)
    return warning(
      'mail',
      'there is none, so nobody can prove an address or mend a forgotten password',
      'Set AUTH_MAIL_URL to a mail server: docs/mail.md.',
    );
  const transport = openTransport(target);
  try {
    await transport.verify();
    return ok('mail', `${shownTarget(target)} would take a mail; gatehouse mail test ADDRESS sends one`);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return wrong(
      'mail',
      `${shownTarget(target)}: ${error.reason}`,
      'Look at AUTH_MAIL_URL, and whether the server may be reached from here.',
    );
  } finally {
    await transport.close();
  }
}
