import { emitWarning } from 'node:process';

/** Why tokens cannot be verified now, or are all refused. The message has no secret and no token. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
}

export type OnError = (error: VerifierError) => void;

export interface Reports {
  /** Tells what failed: each cause once, until what was asked for has worked again. */
  readonly failed: (asked: string, error: unknown) => void;
  readonly worked: (asked: string) => void;
  /** The same function, whose failures are told. */
  readonly watch: <Args extends readonly unknown[], T>(asked: string, ask: (...args: Args) => Promise<T>) => (...args: Args) => Promise<T>;
}

/** Left out: one warning of the process (`process.on('warning')`), which Node writes to standard error. */
const warn: OnError = ({ message }) => emitWarning(message, { type: 'GatehouseVerifierWarning' });

/** A dead gateway fails several requests a second, and every one of them for the same cause. */
export function createReports(onError: OnError = warn): Reports {
  const causes = new Map<string, string>();
  const failed: Reports['failed'] = (asked, thrown) => {
    const error = thrown instanceof VerifierError ? thrown : new VerifierError(String(thrown), { cause: thrown });
    const isTold = [...causes.values()].includes(error.message);
    causes.set(asked, error.message);
    if (!isTold) onError(error);
  };
  const worked: Reports['worked'] = (asked) => void causes.delete(asked);
  return {
    failed,
    worked,
    watch:
      (asked, ask) =>
      async (...args) => {
        try {
          const answer = await ask(...args);
          worked(asked);
          return answer;
        } catch (error) {
          failed(asked, error);
          throw error;
        }
      },
  };
}
