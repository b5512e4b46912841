import { setTimeout as sleep } from 'node:timers/promises';

/** Until it is so: however slow the machine is, the test's own time-out is the only one. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(5);
}
