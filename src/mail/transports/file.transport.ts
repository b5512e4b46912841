import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createTransport } from 'nodemailer';
import type { FileTarget } from '../mail.url';
import { SendError, type Transport, toNodemailer } from './transport';

/**
 * Writes each message into a folder, as a file that mail programs open. For development and tests: whoever reads the folder reads codes.
 * The name is of the row, so that a message which is sent twice is one file.
 */
export function openFileTransport({ directory }: FileTarget): Transport {
  const folder = resolve(directory);
  const mail = createTransport({ streamTransport: true, buffer: true, newline: 'unix', disableFileAccess: true, disableUrlAccess: true });
  const inFolder = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await work();
    } catch (error) {
      throw new SendError(`the folder of AUTH_MAIL_URL cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, false);
    }
  };
  return {
    send: async (message) => {
      const { message: bytes } = await mail.sendMail({ ...toNodemailer(message), textEncoding: 'quoted-printable' });
      await inFolder(async () => {
        const name = fileNameOf(message);
        const draft = join(folder, `.${randomUUID()}`);
        await writeFile(draft, bytes as Buffer, { mode: 0o600 });
        await rename(draft, join(folder, name)); // whoever looks into the folder sees whole messages alone
      });
    },
    verify: () => inFolder(async () => {}),
    close: async () => {},
  };
}

/** In the order of time. */
export const fileNameOf = ({ createdAt, kind, id }: { readonly createdAt: Date; readonly kind: string; readonly id: string }): string =>
  `${createdAt.toISOString().replaceAll(/[:.]/g, '-')}-${kind}-${id}.eml`;
