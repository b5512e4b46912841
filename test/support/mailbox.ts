import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import type { House } from './house';
import { readStage } from './stage';
import { until } from './until';

/** A mail, as a person reads it. */
export interface ReadMail {
  /** `verify-code`, `password-changed` … Undefined where it came by SMTP, which does not say it. */
  readonly kind: string | undefined;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Eight digits, or null. */
  readonly code: string | null;
  /** Null: it has no button. */
  readonly link: string | null;
  /** The last part of the link. */
  readonly token: string | null;
  /** By name, in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly messageId: string;
}

export interface Mailbox {
  /** For a house whose mails come here: every house of a file may share it, because each test has addresses of its own. */
  readonly environment: { readonly AUTH_MAIL_URL: string };
  /** The oldest mail to this address that nobody has been given yet, as soon as it is there. `kind`: the oldest of this kind. */
  readonly next: (address: string, kind?: string) => Promise<ReadMail>;
  /** Those to this address that are there and that nobody has been given yet, oldest first. They stay. */
  readonly unread: (address: string) => Promise<readonly ReadMail[]>;
  /** Everything that came, oldest first. */
  readonly all: () => Promise<readonly ReadMail[]>;
  /** When nothing is left to send, decoys included: what has not come until then does not come. */
  readonly settled: (house: House) => Promise<void>;
}

/** A folder that houses send mails into, with `AUTH_MAIL_URL=file:`. */
export function createMailbox(): Mailbox {
  const folder = mkdtempSync(join(readStage().folder, 'mail-'));
  const read = new Map<string, ReadMail>();
  const given = new Set<string>();

  const look = async (): Promise<readonly (readonly [string, ReadMail])[]> => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.eml')) : [];
    for (const name of names) if (!read.has(name)) read.set(name, await readMail(readFileSync(join(folder, name)), kindOf(name)));
    return names.sort().map((name) => [name, read.get(name) as ReadMail] as const);
  };
  const waiting = async (address: string): Promise<readonly (readonly [string, ReadMail])[]> =>
    (await look()).filter(([name, { to }]) => !given.has(name) && to === address);

  return {
    environment: { AUTH_MAIL_URL: `file:${folder}` },
    next: async (address, kind) => {
      let found: readonly [string, ReadMail] | undefined;
      await until(`there is a mail to ${address}`, async () => {
        found = (await waiting(address)).find(([, mail]) => kind === undefined || mail.kind === kind);
        return found !== undefined;
      });
      const [name, mail] = found as readonly [string, ReadMail]; // `until` has thrown otherwise
      given.add(name);
      return mail;
    },
    unread: async (address) => (await waiting(address)).map(([, mail]) => mail),
    all: async () => (await look()).map(([, mail]) => mail),
    settled: async ({ app }) => {
      await app.services.mailer?.sendDue();
      await until('the outbox is empty', async () => (await app.services.database.client.mail.count()) === 0);
    },
  };
}

/** A message as it came. */
export async function readMail(bytes: Buffer, kind?: string): Promise<ReadMail> {
  const email = await PostalMime.parse(bytes);
  const text = email.text ?? '';
  const link = /https?:\/\/\S+\/account\/link\/\S+/.exec(text)?.[0] ?? null;
  return {
    kind,
    to: addressesOf(email.to),
    from: addressesOf(email.from === undefined ? [] : [email.from]),
    subject: email.subject ?? '',
    text,
    html: email.html ?? '',
    code: /^[^:\n]+: (\d{4}) (\d{4})$/m.exec(text)?.slice(1).join('') ?? null,
    link,
    token: link?.split('/').at(-1) ?? null,
    headers: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])),
    messageId: email.messageId ?? '',
  };
}

const addressesOf = (list: Email['to'] = []): string => list.map(({ address }) => address).join(', ');

const kindOf = (name: string): string | undefined => /^[\d-]+T[\d-]+Z-(.+)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.eml$/.exec(name)?.[1];
