import type { Sender } from '../mail.url';
import type { Message } from '../message';

/** Mails of one node that are under way at once, each over a connection of its own. */
export const connections = 2;

/** Where messages are handed over. */
export interface Transport {
  /** Done when the other side has taken the message. `signal` gives it up. @throws {SendError} */
  readonly send: (message: Message, signal?: AbortSignal) => Promise<void>;
  /** Whether it would take one: connects and logs in, or writes into the folder. @throws {SendError} */
  readonly verify: () => Promise<void>;
  /** What is under way is cut off. */
  readonly close: () => Promise<void>;
}

/** Why a message was not taken. */
export class SendError extends Error {
  override readonly name = 'SendError';

  constructor(
    /** In our words: what the other side says may hold an address. */
    readonly reason: string,
    /** The other side will not take this message, however often it is sent. */
    readonly isFinal: boolean,
  ) {
    super(reason);
  }
}

/**
 * A message as nodemailer takes it. The recipient is an object: of a text such as `a@x.io, z@x.io` the library would make two. No CR and no
 * LF comes in by the subject, which is ours, nor by an address, which its input rule has judged.
 */
export const toNodemailer = ({ id, from, to, subject, text, html, language, createdAt }: Message) => ({
  from: addressOf(from),
  to: { name: '', address: to },
  envelope: { from: from.address, to: [to] },
  subject,
  text,
  html,
  date: createdAt,
  messageId: `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
  headers: {
    'Auto-Submitted': 'auto-generated', // RFC 3834 §5
    'X-Auto-Response-Suppress': 'All', // [MS-OXCMAIL] §2.2.3.2.14
    'Content-Language': language,
  },
  disableFileAccess: true,
  disableUrlAccess: true,
});

const addressOf = ({ name, address }: Sender) => ({ name: name ?? '', address });
