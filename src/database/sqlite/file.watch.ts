import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Outage } from '../outage.adapter';

/** Whether the file that is open is still the one at its path. */
export interface FileWatch {
  /** @throws {Outage} FILE_REPLACED, from the moment on that another file, or none, was found there */
  readonly requireSame: () => void;
  readonly isReplaced: () => boolean;
  readonly close: () => void;
}

const lookEveryMs = 1_000;

/**
 * A file that was replaced or removed lives on for whoever has it open: everything would be read and written, and nothing of it kept. So
 * its device and inode are compared, every second. What copies other bytes into the same file (`cp`) is not seen: only SQLite's own
 * locks are a guard against that, and a copying program asks for none.
 */
export function watchFile(file: string, onReplaced: () => void): FileWatch {
  const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev} ${ino}`;
  const opened = identityOf(statSync(file, { bigint: true }));
  let replaced = false;
  const look = async (): Promise<void> => {
    const now = await stat(file, { bigint: true }).then(identityOf, (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? null : opened,
    );
    if (now === opened || replaced) return;
    replaced = true;
    clearInterval(timer);
    onReplaced();
  };
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  return {
    requireSame: () => {
      if (replaced) throw new Outage(new Error('another file lies where the database was'), 'FILE_REPLACED');
    },
    isReplaced: () => replaced,
    close: () => clearInterval(timer),
  };
}
