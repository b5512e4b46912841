import { statSync } from 'node:fs';
import { platform } from 'node:os';

/** A file or a folder that is open to more than its owner needs. */
export interface LooseFile {
  /** With its path and its mode. */
  readonly what: string;
  readonly mend: string;
  /** And not to its group alone. */
  readonly toEverybody: boolean;
}

/** Who else may do what: of a file others may do nothing and the group may read; of a folder they may look into it. */
const tooMuch = { file: 0o027, folder: 0o022 } as const;
const right = { file: '600', folder: '700' } as const;

/** Null: it is not there, or as it should be. Windows has no modes. */
export function looseFile(path: string, kind: keyof typeof tooMuch): LooseFile | null {
  const mode = platform() === 'win32' ? undefined : statSync(path, { throwIfNoEntry: false })?.mode;
  const excess = (mode ?? 0) & tooMuch[kind];
  if (mode === undefined || excess === 0) return null;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const verb = excess & 0o022 ? 'written' : 'read';
  const whom = excess & 0o007 ? 'everybody on this machine' : 'its group';
  const command = `chmod ${right[kind]} ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
  return { what: `${path} can be ${verb} by ${whom} (mode ${octal})`, mend: command, toEverybody: (excess & 0o007) !== 0 };
}
