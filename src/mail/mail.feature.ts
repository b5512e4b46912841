import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { addMailCommands } from './mail.commands';
import { mailEvents } from './mail.events';
import { mailSettings } from './mail.settings';
import type { Mailer } from './mailer';
import type { Outbox } from './outbox';

type Needs = Foundation & { readonly audit: AuditService };

/** `mailer` is null where there is no mail: AUTH_MAIL_URL. */
type Gives = { readonly outbox: Outbox; readonly mailer: Mailer | null };

/** Mails: put into the outbox by the transaction of what they tell, and sent after it. */
export const mailFeature: Feature<Needs, Gives> = {
  name: 'mail',
  settings: [mailSettings],
  auditEvents: mailEvents,
  open: async (house, closing) => {
    const { createOutbox } = await import('./outbox');
    const { target, from } = house.config.mail;
    if (target === undefined) return { outbox: createOutbox({ ...house, poke: null }), mailer: null };
    const { createMake } = await import('./make');
    const { createMailer } = await import('./mailer');
    const { openTransport } = await import('./open-transport');
    const transport = closing.push(openTransport(target), (open) => open.close());
    const mailer = closing.push(createMailer({ ...house, transport, make: createMake({ ...house, from }) }), (open) => open.close());
    return { outbox: createOutbox({ ...house, poke: mailer.poke }), mailer };
  },
  start: async ({ mailer }) => mailer?.start(),
  drain: ({ mailer }) => mailer?.drain(),
  commands: addMailCommands,
};
