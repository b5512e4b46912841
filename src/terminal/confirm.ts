import { createInterface } from 'node:readline/promises';
import { CommandError, type Io } from './io';

/** A person is asked; a program, which has no terminal, has said what it wants. @throws {CommandError} */
export async function confirm(io: Io, question: string, { yes }: { readonly yes?: boolean }): Promise<void> {
  if (yes || !io.stdin.isTTY) return;
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Nothing was changed.');
}
