import { randomUUID } from 'node:crypto';
import type { Cli } from '../feature';
import { parseInput } from '../input';
import { addressInput } from '../names/names.inputs';
import { commandLine } from '../requester';
import { CommandError, print, printJson, requireConfig } from '../terminal/io';
import { factsOf } from './facts';
import { senderOf, shownSender, shownTarget } from './mail.url';
import { composeMessage } from './message';
import { localeOf, mailLanguages } from './texts/languages';
import { openTransport } from './transports/open-transport';
import { SendError } from './transports/transport';

/** `gatehouse mail …` */
export function addMailCommands({ program, io }: Cli<object>): void {
  const mail = program.command('mail').description('look after mails');

  mail
    .command('test <address>')
    .description('send a mail to an address, as the gateway would, and say whether it was taken')
    .option('--locale <language>', `in this language: ${mailLanguages.join(' or ')}`)
    .option('--json', 'print one JSON value')
    .action(async (address: string, { locale, json }: { readonly locale?: string; readonly json?: boolean }) => {
      const config = requireConfig(io);
      const { target, from } = config.mail;
      if (target === undefined) throw new CommandError('There is no mail: set AUTH_MAIL_URL, see docs/mail.md.');
      const { email } = parseInput(addressInput, { email: address });
      const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
      const sender = senderOf({ from }, publicUrl);
      const now = new Date();
      const message = composeMessage(
        {
          id: randomUUID(),
          kind: 'test',
          recipient: email,
          language: localeOf(locale),
          facts: factsOf(null, commandLine, now),
          proof: null,
          createdAt: now,
        },
        sender,
        publicUrl,
      );
      const transport = openTransport(target);
      try {
        await transport.send(message);
      } catch (error) {
        if (!(error instanceof SendError)) throw error;
        throw new CommandError(`Not sent to ${shownTarget(target)}: ${error.reason}.`);
      } finally {
        await transport.close();
      }
      const sent = { to: email, from: shownSender(sender), through: shownTarget(target), id: message.id };
      if (json) printJson(io, sent);
      else print(io, `${sent.through} took a mail for ${sent.to}, from ${sent.from}. Look whether it arrives, and not as spam.`);
    });
}
