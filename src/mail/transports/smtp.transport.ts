import { createTransport } from 'nodemailer';
import type { SmtpTarget } from '../mail.url';
import { connections, SendError, type Transport, toNodemailer } from './transport';

/** How long the other side may take to answer the connection, and to greet, in milliseconds. */
const connectTimeoutMs = 1_500;
/** How long it may be silent after that, in milliseconds. */
const socketTimeoutMs = 10_000;

/** SMTP (RFC 5321) by nodemailer, whose pool keeps its connections between messages. */
export function openSmtpTransport({ host, port, isTls, needsStartTls, user, password }: SmtpTarget): Transport {
  const mail = createTransport({
    pool: true,
    host,
    port,
    secure: isTls,
    requireTLS: needsStartTls,
    ...(user !== undefined && { auth: { user, pass: password } }),
    maxConnections: connections,
    maxRequeues: 0, // what fails waits in the outbox, where other nodes see it
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: { minVersion: 'TLSv1.2' }, // RFC 8314 §4.1
  });
  return {
    send: async (message, signal) => {
      try {
        await mail.sendMail({ ...toNodemailer(message), ...(signal && { signal }) });
      } catch (error) {
        throw toSendError(error as NodemailerError);
      }
    },
    verify: async () => {
      try {
        await mail.verify();
      } catch (error) {
        throw toSendError(error as NodemailerError);
      }
    },
    close: async () => {
      mail.close({ force: true });
    },
  };
}

/** What is read of nodemailer's errors. */
interface NodemailerError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
  readonly command?: string;
}

/** In our words, by nodemailer's code: a message of its own quotes the server, and the server quotes the address. */
const reasons: Readonly<Record<string, string>> = {
  ECONNECTION: 'the connection was closed',
  ETIMEDOUT: 'the server does not answer in time',
  ESOCKET: 'there is no connection to the server',
  EDNS: 'the name of the server is not known',
  ETLS: 'the server does not offer TLS, or its certificate is not good',
  EREQUIRETLS: 'the server does not offer TLS',
  EPROTOCOL: 'the server does not speak SMTP',
  EENVELOPE: 'the server refused the sender or the recipient',
  EMESSAGE: 'the server refused the message',
  EAUTH: 'the server refused the user and the password',
  ENOAUTH: 'the server wants a user and a password',
  EABORT: 'it took too long',
};

function toSendError(error: NodemailerError): SendError {
  const { code = '', responseCode } = error;
  const reply = responseCode === undefined ? [] : [String(responseCode)];
  const details = [code, ...reply].filter((part) => /^[A-Z0-9_]{1,32}$/.test(part));
  return new SendError(`${reasons[code] ?? 'it could not be sent'} (${details.join(' ') || 'unknown'})`, isFinal(error));
}

/**
 * A 5xx is about the message where it answers the recipient or the message (RFC 5321 §4.2.1). Elsewhere it is about the settings: a wrong
 * password must not cost the mails that wait. An address that needs SMTPUTF8, which the server does not have, has no reply at all.
 */
function isFinal({ code, responseCode, permanent, command = '' }: NodemailerError): boolean {
  if (code === 'EENVELOPE' && responseCode === undefined) return true;
  return permanent === true && (code === 'EENVELOPE' || code === 'EMESSAGE') && !/^(MAIL|AUTH|EHLO|HELO|STARTTLS)/.test(command);
}
