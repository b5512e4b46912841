import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answered, Asked } from './gateway.host';

/** The process that the gateways of this one run in: begun with the first of them, and ended with the last. */
export interface Host {
  /** @throws {Error} with what the host says */
  readonly ask: (question: Omit<Asked, 'id'>) => Promise<Answered>;
}

let host: Host | undefined;

export function theHost(): Host {
  host ??= startHost();
  return host;
}

function startHost(): Host {
  const child = fork(join(__dirname, 'gateway.host.js'), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { readonly resolve: (answered: Answered) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  let open = 0;
  /** The next gateway gets another one, unless it has one already. */
  const forget = (): void => {
    if (host === own) host = undefined;
  };
  const letGo = (): void => {
    child.unref(); // a test that has forgotten to close one ends all the same
    child.channel?.unref();
  };
  letGo();
  child.on('message', (answered: Answered) => {
    const asking = waiting.get(answered.id);
    waiting.delete(answered.id);
    if (waiting.size === 0) letGo();
    if (answered.fault === undefined) asking?.resolve(answered);
    else asking?.reject(new Error(answered.fault));
  });
  child.once('exit', () => {
    forget();
    for (const { reject } of waiting.values()) reject(new Error('the process of the gateways has ended'));
  });
  const own: Host = {
    ask: async (question) => {
      last += 1;
      const id = last;
      child.channel?.ref();
      const answered = await new Promise<Answered>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, ...question } satisfies Asked);
      });
      open += question.start === undefined ? -1 : 1;
      if (open === 0 && waiting.size === 0) {
        forget();
        if (child.connected) child.disconnect();
      }
      return answered;
    },
  };
  return own;
}
