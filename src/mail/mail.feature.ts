import type { AuditService } from '../audit/audit.service';
import type { Closing } from '../closing';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { addMailCommands } from './mail.commands';
import { mailEvents } from './mail.events';
import { mailSettings } from './mail.settings';
import type { Mailer } from './mailer';
import type { Outbox } from './outbox';
import type { OwnerNotices } from './owner-notices';

type Needs = Foundation & { readonly audit: AuditService; readonly mailTokens: MailTokens };

/** `mailer` is null where there is no mail: AUTH_MAIL_URL. */
type Gives = { readonly outbox: Outbox; readonly ownerNotices: OwnerNotices; readonly mailer: Mailer | null };

/** Mails: put into the outbox by the transaction of what they tell, and sent after it. */
export const mailFeature: Feature<Needs, Gives> = {
  name: 'mail',
  settings: [mailSettings],
  auditEvents: mailEvents,
  open: async (house, closing) => {
    const { createOutbox } = await import('./outbox');
    const { createOwnerNotices } = await import('./owner-notices');
    const mailer = await openMailer(house, closing);
    const outbox = createOutbox({ ...house, poke: mailer?.poke ?? null });
    return { outbox, ownerNotices: createOwnerNotices({ ...house, outbox }), mailer };
  },
  start: async ({ mailer }) => mailer?.start(),
  drain: ({ mailer }) => mailer?.drain(),
  commands: addMailCommands,
};

async function openMailer(house: Needs, closing: Closing): Promise<Mailer | null> {
  const { target, from } = house.config.mail;
  if (target === undefined && !house.config.testMode) return null;
  const { createMake } = await import('./make');
  const { createMailer } = await import('./mailer');
  const { createKeptMails } = await import('./kept-mails');
  const { openTransport } = await import('./transports/open-transport');
  // In test mode nothing leaves the machine, whatever AUTH_MAIL_URL says.
  const open =
    target === undefined || house.config.testMode ? createKeptMails(house.database, house.clock).transport : openTransport(target);
  const transport = closing.push(open, (each) => each.close());
  return closing.push(createMailer({ ...house, transport, make: createMake({ ...house, from, hasPages: house.config.pages }) }), (open) =>
    open.close(),
  );
}
