import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { Message } from './message';
import type { Transport } from './transports/transport';

/** A mail as a test reads it. */
export interface KeptMail {
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly link: string | null;
  /** Eight digits. */
  readonly code: string | null;
  readonly sent_at: string;
}

/** In test mode mails go nowhere: they are kept in the database, for every node to read. */
export interface KeptMails {
  readonly transport: Transport;
  /** Newest first. */
  readonly list: (filter?: { readonly to?: string | undefined; readonly kind?: string | undefined }) => Promise<readonly KeptMail[]>;
  /** @returns how many there were */
  readonly clear: () => Promise<number>;
}

const prefix = 'test-mail:';

export function createKeptMails({ client: { state } }: Pick<Database, 'client'>, clock: Clock): KeptMails {
  const send = async ({ id, to, kind, subject, text, html, link, code }: Message): Promise<void> => {
    const sentAt = new Date(clock.now());
    const mail: KeptMail = { to, kind, subject, text, html, link, code, sent_at: sentAt.toISOString() };
    const key = `${prefix}${sentAt.toISOString()} ${id}`;
    await state.upsert({ where: { key }, create: { key, value: JSON.stringify(mail) }, update: {} });
  };
  return {
    transport: { send, verify: async () => {}, close: async () => {} },
    list: async ({ to, kind } = {}) => {
      const rows = await state.findMany({ where: { key: { startsWith: prefix } }, orderBy: { key: 'desc' } });
      const mails = rows.map(({ value }) => JSON.parse(value) as KeptMail); // `send` alone writes them
      return mails.filter(
        (mail) => (to === undefined || mail.to.toLowerCase() === to.toLowerCase()) && (kind === undefined || mail.kind === kind),
      );
    },
    clear: async () => (await state.deleteMany({ where: { key: { startsWith: prefix } } })).count,
  };
}
