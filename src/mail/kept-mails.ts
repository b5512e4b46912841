import type { Clock } from '../clock';
import type { Database, Queries } from '../database/database';
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

/** As it lies in `state`. */
interface Kept {
  readonly mail: KeptMail;
  /** When it was sent by the time of the machine, in milliseconds: the clock of test mode may stand still. */
  readonly order: number;
}

const prefix = 'test-mail:';

export function createKeptMails({ client }: Pick<Database, 'client'>, clock: Clock): KeptMails {
  /** By the id of its row: a mail that is sent twice is there once. */
  const send = async ({ id, to, kind, subject, text, html, link, code }: Message): Promise<void> => {
    const order = performance.timeOrigin + performance.now();
    const mail: KeptMail = { to, kind, subject, text, html, link, code, sent_at: new Date(clock.now()).toISOString() };
    const key = `${prefix}${id}`;
    await client.state.upsert({ where: { key }, create: { key, value: JSON.stringify({ mail, order } satisfies Kept) }, update: {} });
  };
  return {
    transport: { send, verify: async () => {}, close: async () => {} },
    list: async ({ to, kind } = {}) => {
      const rows = await client.state.findMany({ where: { key: { startsWith: prefix } } });
      const all = rows.map(({ value }) => JSON.parse(value) as Kept); // `send` alone writes them
      return all
        .sort((left, right) => right.order - left.order)
        .map(({ mail }) => mail)
        .filter((mail) => (to === undefined || mail.to.toLowerCase() === to.toLowerCase()) && (kind === undefined || mail.kind === kind));
    },
    clear: () => clearKeptMails(client),
  };
}

/** @returns how many there were. @throws {Failure} UNAVAILABLE */
export const clearKeptMails = async ({ state }: Pick<Queries, 'state'>): Promise<number> =>
  (await state.deleteMany({ where: { key: { startsWith: prefix } } })).count;
