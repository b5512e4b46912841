// The ceiling of log-ins: threads that compare a password with its hash, one after the other, and do nothing else.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import bcrypt from 'bcryptjs';
import { password } from './gatehouse.mjs';

/** Comparisons a second of so many threads at once, each of which has begun before the time does. */
export async function comparisonsPerSecond(threads, seconds) {
  const counted = new Int32Array(new SharedArrayBuffer(4));
  const hash = bcrypt.hashSync(password, 10);
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: { counted, hash } }));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const [before, begun] = [Atomics.load(counted, 0), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rate = (Atomics.load(counted, 0) - before) / ((performance.now() - begun) / 1000);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rate;
}

if (!isMainThread) {
  const { counted, hash } = workerData;
  for (let turn = 0; ; turn += 1) {
    bcrypt.compareSync(password, hash);
    Atomics.add(counted, 0, 1);
    if (turn === 2) parentPort.postMessage('warm');
  }
}
