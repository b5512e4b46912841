import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type ReadMail, readMail } from './mailbox';
import { until } from './until';

/** A mail server on loopback that keeps what it is sent. */
export interface SmtpSink {
  /** For AUTH_MAIL_URL. */
  readonly url: string;
  readonly port: number;
  /** What it took, oldest first. */
  readonly messages: readonly Taken[];
  /** The first message to this address, as soon as it is there. */
  readonly first: (address: string) => Promise<ReadMail>;
  readonly close: () => Promise<void>;
}

export interface Taken {
  /** Of the envelope. */
  readonly recipients: readonly string[];
  readonly isOverTls: boolean;
  readonly bytes: Buffer;
  /** The Message-ID, as it stands in the header. */
  readonly messageId: string;
  /** The client's port: of one connection. */
  readonly connection: string;
}

/** `port`: the one of an earlier sink, which is down. */
export async function openSmtpSink(options: SMTPServerOptions = {}, port = 0): Promise<SmtpSink> {
  const messages: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    ...options,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        if (options.onData !== undefined) return options.onData(stream, session, done);
        messages.push({
          recipients: session.envelope.rcptTo.map(({ address }) => address),
          isOverTls: session.secure,
          bytes,
          messageId: /^message-id:\s*(\S+)/im.exec(bytes.toString('latin1'))?.[1] ?? '',
          connection: session.id,
        });
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that was killed
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const own = (server.server.address() as AddressInfo).port; // it listens on a port
  return {
    url: `smtp://127.0.0.1:${own}`,
    port: own,
    messages,
    first: async (address) => {
      await until(`a mail to ${address} is there`, () => messages.some(({ recipients }) => recipients.includes(address)));
      return readMail((messages.find(({ recipients }) => recipients.includes(address)) as Taken).bytes);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
