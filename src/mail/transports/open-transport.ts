import type { MailTarget } from '../mail.url';
import type { Transport } from './transport';

/** The library is loaded by the first message: a gateway that sends none does without it. */
export function openTransport(target: MailTarget): Transport {
  let opened: Promise<Transport> | undefined;
  const open = (): Promise<Transport> => {
    opened ??= load(target);
    return opened;
  };
  return {
    send: async (message, signal) => (await open()).send(message, signal),
    verify: async () => (await open()).verify(),
    close: async () => (await opened)?.close(),
  };
}

async function load(target: MailTarget): Promise<Transport> {
  if (target.kind === 'file') return (await import('./file.transport')).openFileTransport(target);
  return (await import('./smtp.transport')).openSmtpTransport(target);
}
