import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountsService } from '../accounts/accounts.service';
import { Failure } from '../errors';
import type { Foundation } from '../foundation';
import { parseInput } from '../input';
import type { JobsService } from '../jobs/jobs.service';
import type { Ledger } from '../limits/ledger.service';
import { createKeptMails, type KeptMail } from '../mail/kept-mails';
import type { Mailer } from '../mail/mailer';
import type { SessionsService } from '../sessions/sessions.service';
import type { Faults } from './faults';
import { reset } from './reset';
import { clockInput, faultInput, mailsInput, usersInput } from './test-mode.inputs';
import { makeTestUsers } from './test-users';

/** Answers with a JSON value. `input`: the body, or the query of a GET. `gone`: nobody waits for the answer any more. @throws {Failure} */
export type TestHandler = (input: unknown, gone: AbortSignal) => Promise<object>;

export interface TestRouteDependencies extends Foundation {
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
  readonly jobs: JobsService;
  readonly ledger: Ledger;
  readonly mailer: Mailer | null;
  readonly faults: Faults | null;
  /** The names of all operations. */
  readonly operations: readonly string[];
}

/** From one look for a mail to the next, in milliseconds: another node may have sent it. */
const lookEveryMs = 20;

/** `/test/…`, by method and path. */
export function createTestRoutes(house: TestRouteDependencies): ReadonlyMap<string, TestHandler> {
  const { database, clock, testClock, jobs, mailer, faults, operations } = house;
  if (testClock === null || faults === null) throw new Error('test mode is off');
  const mails = createKeptMails(database, clock);
  const sayClock = () => ({ now: new Date(clock.now()).toISOString(), offsetSeconds: testClock.offsetSeconds() });

  const runDue = async (): Promise<readonly string[]> => {
    const done = await jobs.runDue();
    await mailer?.sendDue();
    return done;
  };

  const findMails = async (input: unknown, gone: AbortSignal): Promise<readonly KeptMail[]> => {
    const { waitSeconds, ...filter } = parseInput(mailsInput, input ?? {});
    const deadline = performance.now() + waitSeconds * 1000;
    for (;;) {
      const found = await mails.list(filter);
      if (found.length > 0 || performance.now() >= deadline || gone.aborted) return found;
      await sleep(lookEveryMs, undefined, { signal: gone }).catch(() => {});
    }
  };

  return new Map<string, TestHandler>([
    ['GET /test/clock', async () => sayClock()],
    [
      'PUT /test/clock',
      async (input) => {
        const change = parseInput(clockInput, input);
        await runDue(); // the leases of what is under way would end
        await testClock.move(change);
        await runDue();
        return sayClock();
      },
    ],
    ['GET /test/mails', async (input, gone) => ({ mails: await findMails(input, gone) })],
    ['DELETE /test/mails', async () => ({ deleted: await mails.clear() })],
    ['POST /test/users', async (input) => ({ users: await makeTestUsers(parseInput(usersInput, input ?? {}), house) })],
    [
      'POST /test/reset',
      async () => {
        await reset({ ...house, faults });
        return {};
      },
    ],
    [
      'POST /test/faults',
      async (input) => {
        faults.order(parseInput(faultInput(operations), input));
        return { faults: faults.list() };
      },
    ],
    ['POST /test/jobs', async () => ({ jobs: await runDue() })],
  ]);
}

/** @throws {Failure} NOT_FOUND, METHOD_NOT_ALLOWED */
export function findHandler(routes: ReadonlyMap<string, TestHandler>, method: string, path: string): TestHandler {
  const found = routes.get(`${method} ${path}`);
  if (found !== undefined) return found;
  const allow = [...routes.keys()].map((name) => name.split(' ')).filter(([, other]) => other === path);
  throw allow.length === 0 ? new Failure('NOT_FOUND') : new Failure('METHOD_NOT_ALLOWED', { allow: allow.map(([name = '']) => name) });
}
