import { Failure, type FailureCode } from '../errors';
import type { Execute } from '../operations/execute';

export interface Fault {
  readonly operation: string;
  readonly code: FailureCode;
  /** How many calls of it fail. */
  readonly times: number;
}

/** Failures that a test has ordered. */
export interface Faults {
  /** In place of what was ordered for this operation before; 0 times: none. */
  readonly order: (fault: Fault) => void;
  readonly list: () => readonly Fault[];
  readonly clear: () => void;
  /** The operations with these failures, through both doors: the guard and the rule are not asked. */
  readonly within: (execute: Execute) => Execute;
}

export function createFaults(): Faults {
  const ordered = new Map<string, Fault>();
  const order = (fault: Fault): void => {
    if (fault.times === 0) ordered.delete(fault.operation);
    else ordered.set(fault.operation, fault);
  };
  const take = (operation: string): FailureCode | null => {
    const fault = ordered.get(operation);
    if (fault === undefined) return null;
    order({ ...fault, times: fault.times - 1 });
    return fault.code;
  };
  return {
    order,
    list: () => [...ordered.values()],
    clear: () => ordered.clear(),
    within: (execute) => async (operation, context, input) => {
      const code = take(operation.name);
      if (code !== null) throw new Failure(code);
      return execute(operation, context, input);
    },
  };
}
