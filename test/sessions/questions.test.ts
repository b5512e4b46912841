/** @own-modules because it moves their timers */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../../src/database/database';
import { createRoleTable } from '../../src/roles/role-table';
import { createSecrets } from '../../src/secrets';
import { createSessionCheck } from '../../src/sessions/session.check';
import type { AccessTokenClaims, AccessTokens } from '../../src/tokens/access-token';

describe('questions to a database that takes its time', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] }));
  afterEach(() => void jest.useRealTimers());

  /** A check whose tokens are session ids, and whose database answers when the test says so: that none of them is there. */
  function openCheck(remembersSessions: boolean) {
    const asked: { readonly ids: readonly string[]; readonly answer: () => void; readonly fail: () => void }[] = [];
    const database = {
      remembersSessions,
      readCurrentSessions: (ids) =>
        new Promise((resolve, reject) => {
          const answer = () => resolve({ sessions: ids.map(() => null), areKeysUsable: true });
          asked.push({ ids, answer, fail: () => reject(new Error('out of reach')) });
        }),
    } satisfies Partial<Database>;
    const verify: AccessTokens['verify'] = async (token) => ({
      ok: true,
      claims: { sessionId: token, keyId: 'key' } as AccessTokenClaims,
    });
    const keys = { find: async () => null, refresh: async () => {} };
    const check = createSessionCheck({
      database: database as Partial<Database> as Database,
      accessTokens: { verify } as AccessTokens,
      keys,
      secrets: createSecrets(['a secret of thirty-two characters']),
      clock: { now: () => 0 },
      roleTable: createRoleTable({ readCurrentRoles: async () => [] }),
      config: { refreshIdleSeconds: 60 },
    });
    return { asked, authenticate: (id: string) => check.authenticate(`Bearer ${id}`), idsAsked: () => asked.map(({ ids }) => ids) };
  }
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  };
  const refused = { accepted: false, reason: 'REVOKED' };

  it('that remembers nothing: one at a time, for all that have come meanwhile', async () => {
    const { asked, authenticate, idsAsked } = openCheck(false);
    const first = authenticate('a');
    await turns();
    const others = [authenticate('b')];
    await nextTurn();
    others.push(authenticate('c'), authenticate('b'));
    asked[0]?.answer();
    expect(await first).toEqual(refused);
    await turns();
    expect(idsAsked()).toEqual([['a'], ['b', 'c']]);
    asked[1]?.answer();
    expect(await Promise.all(others)).toEqual([refused, refused, refused]);
    const later = authenticate('d');
    await turns();
    asked[2]?.answer();
    expect(await later).toEqual(refused);
  });

  it('that remembers nothing: the next one goes when one has failed, and is not held up by one that hangs', async () => {
    const { asked, authenticate, idsAsked } = openCheck(false);
    const failing = authenticate('a');
    await turns();
    const hanging = authenticate('b');
    asked[0]?.fail();
    await expect(failing).rejects.toThrow('out of reach');
    await turns();
    expect(idsAsked()).toEqual([['a'], ['b']]);
    const last = authenticate('c');
    await turns();
    jest.advanceTimersByTime(4);
    await turns();
    expect(asked).toHaveLength(2);
    jest.advanceTimersByTime(1);
    await turns();
    expect(idsAsked()).toEqual([['a'], ['b'], ['c']]);
    asked[2]?.answer();
    expect(await last).toEqual(refused);
    asked[1]?.answer();
    expect(await hanging).toEqual(refused);
  });

  it('that remembers: at once, because most are answered out of memory', async () => {
    const { asked, authenticate, idsAsked } = openCheck(true);
    const first = authenticate('a');
    await turns();
    const second = authenticate('b');
    await turns();
    expect(idsAsked()).toEqual([['a'], ['b']]);
    for (const { answer } of asked) answer();
    expect(await Promise.all([first, second])).toEqual([refused, refused]);
  });
});
