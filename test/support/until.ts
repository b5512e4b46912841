import { setTimeout as sleep } from 'node:timers/promises';

/** Before Jest's own time-out of a sentence: that one says nothing, and leaves the loop running, so that a lone worker never ends. */
const patienceMs = 120_000;

/** Until it is so, however slow the machine is. `what` is what is waited for. @throws when it is not so in time, with `what` */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = patienceMs): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited for ${timeoutMs / 1000} s in vain until ${what}`);
    await sleep(10);
  }
}
