import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../src/database/database';
import { commandLine } from '../../src/requester';
import { doors, postGraphQL, rest, untilServed, whoAmI } from '../support/doors';
import { type House, onBothDatabases, onTwoNodes, openHouse } from '../support/house';
import { until } from '../support/until';
import { anotherDevice, newVisitor, type Visitor } from '../support/visitors';

/** What a profile shows its owner alone is read by itself: it is no part of the check. */
const ofOwnFields = /FROM .*\b(?:mail_tokens|totp|recovery_codes)\b/s;

type End = (node: House, person: Visitor, sessionId: string) => Promise<unknown>;

/** Each ends `sessionId` of that person, whose own session another one may be. */
const endings: Readonly<Record<string, End>> = {
  'a revocation': (node, { accessToken }, sessionId) => rest.send(node, 'revokeSession', sessionId, accessToken),
  'a logout of the others': (node, { accessToken }) => rest.send(node, 'logout', { scope: 'others' }, accessToken),
  'a logout of all': (node, { accessToken }) => rest.send(node, 'logout', { scope: 'all' }, accessToken),
  'a disabling': (node, { id }) => node.app.services.users.disable(id),
  'a disabling that was taken back': async (node, { id }) => [
    await node.app.services.users.disable(id),
    await node.app.services.users.enable(id),
  ],
  'an operator': (node, { username }) => node.app.services.users.revokeSessions(username),
  'a deletion': (node, { id }) =>
    node.app.services.database.transaction(async (queries) => {
      await queries.user.delete({ where: { id } });
      await node.app.services.database.notices.publish(queries, 'user', [id]);
    }),
};

onTwoNodes('a token is refused on every node from the moment that has been answered', (nodes) => {
  it.each(Object.keys(endings))('%s', async (name) => {
    const [first, second] = nodes();
    for (const [here, there] of [
      [first, second],
      [second, first],
    ] as const) {
      const kate = await newVisitor(here);
      const phone = await anotherDevice(there, kate);
      for (const door of doors) expect((await door.send(there, 'profile', undefined, phone.accessToken)).code).toBeNull();
      await endings[name]?.(here, kate, phone.sessionId);
      for (const node of [there, here])
        for (const door of doors) {
          const { status, code, body } = await door.send(node, 'profile', undefined, phone.accessToken);
          expect([status, code, body.reason]).toEqual([401, 'UNAUTHENTICATED', 'REVOKED']);
        }
      expect(await whoAmI(there, phone.accessToken)).toBeNull();
      expect((await rest.send(there, 'refresh', { refreshToken: phone.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
    }
  });

  it('a logout, of that session alone', async () => {
    const kate = await newVisitor(nodes()[0]);
    const phone = await anotherDevice(nodes()[1], kate);
    await rest.send(nodes()[0], 'logout', undefined, phone.accessToken);
    expect((await rest.send(nodes()[1], 'profile', undefined, phone.accessToken)).body.reason).toBe('REVOKED');
    expect((await rest.send(nodes()[1], 'profile', undefined, kate.accessToken)).code).toBeNull();
  });

  it('no session begins with a row of the user which is no longer true', async () => {
    const kate = await newVisitor(nodes()[0]);
    const stale = await nodes()[0].app.services.database.client.user.findUniqueOrThrow({ where: { id: kate.id } });
    await nodes()[1].app.services.users.revokeSessions(kate.id);
    const { database, sessions } = nodes()[0].app.services;
    const before = await database.client.session.count({ where: { userId: kate.id } });
    const begun = sessions.start({ user: stale, requester: commandLine, delivery: 'BODY', methods: ['pwd'] });
    await expect(begun).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await database.client.session.count({ where: { userId: kate.id } })).toBe(before);
    const alive = await anotherDevice(nodes()[0], kate);
    expect((await rest.send(nodes()[0], 'sessions', undefined, alive.accessToken)).body.sessions).toHaveLength(1);
  });
});

onBothDatabases(
  'the session check without a lease',
  (house, kind) => {
    const queriesOf = async (work: () => Promise<unknown>): Promise<string[]> => {
      const before = house().queries.length;
      await work();
      return house()
        .queries.slice(before)
        .filter((sql) => !ofOwnFields.test(sql));
    };
    /** Without the one for the keys, which SQLite's reader asks apart. */
    const checksOf = async (work: () => Promise<unknown>): Promise<string[]> =>
      (await queriesOf(work)).filter((sql) => !/^SELECT "id" FROM "signing_keys"/.test(sql));
    /** Any write at all: SQLite tells no more than that there was one. Without a lease PostgreSQL is asked each time. */
    const writeSomething = async () => {
      const now = new Date();
      const bucket = { key: randomUUID(), used: 0, retryAt: now, expiresAt: now };
      await house().app.services.database.client.attempt.create({ data: bucket });
    };
    const documentOf = (query: string, token?: string) => postGraphQL(house(), query, {}, token);

    it('reads one row for a request, in one statement', async () => {
      const kate = await newVisitor(house());
      for (const door of doors) {
        await writeSomething();
        const queries = await checksOf(() => door.send(house(), 'profile', undefined, kate.accessToken));
        expect(queries).toEqual([expect.stringMatching(/^SELECT .*\sFROM "sessions" s JOIN "users" u/s)]);
      }
    });

    it('asks nothing for a token that is not worth asking about', async () => {
      const kate = await newVisitor(house());
      for (const token of [undefined, 'garbage', kate.refreshToken, `${kate.accessToken.slice(0, -8)}AAAAAAAA`])
        for (const door of doors) expect(await queriesOf(() => door.send(house(), 'profile', undefined, token))).toEqual([]);
    });

    it('asks nothing for an operation that needs no session', async () => {
      const kate = await newVisitor(house());
      for (const door of doors) expect(await queriesOf(() => door.send(house(), 'login', { password: 'x' }, kate.accessToken))).toEqual([]);
    });

    if (kind === 'sqlite')
      it('asks nothing again on SQLite until something is written, by this process or another one', async () => {
        const kate = await newVisitor(house());
        const profile = () => rest.send(house(), 'profile', undefined, kate.accessToken);
        await profile();
        expect(await queriesOf(async () => [await profile(), await profile()])).toEqual([]);
        await writeSomething();
        expect(await checksOf(profile)).toHaveLength(1);
        const elsewhere = await openDatabase(house().databaseUrl);
        await elsewhere.client.user.update({ where: { id: kate.id }, data: { name: 'Kate' } });
        expect((await profile()).body.name).toBe('Kate');
        await elsewhere.client.session.updateMany({ where: { id: kate.sessionId }, data: { revokedAt: new Date() } });
        expect((await profile()).body.reason).toBe('REVOKED');
        await elsewhere.close();
      });

    it('sees nothing of a change that is not committed', async () => {
      const kate = await newVisitor(house());
      const { database } = house().app.services;
      await expect(
        database.transaction(async (queries) => {
          await queries.user.update({ where: { id: kate.id }, data: { disabledAt: new Date() } });
          expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBeNull();
          throw new Error('taken back');
        }),
      ).rejects.toThrow('taken back');
      expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBeNull();
    });

    it('shares one query among the requests of one turn of the event loop, and tells them apart', async () => {
      const people = await Promise.all(Array.from({ length: 10 }, () => newVisitor(house())));
      await rest.send(house(), 'logout', undefined, people[3]?.accessToken);
      const { sessionCheck } = house().app.services;
      let verdicts: unknown[] = [];
      const queries = await checksOf(async () => {
        verdicts = await Promise.all(
          [...people, ...people].map(async ({ accessToken }) => {
            const verdict = await sessionCheck.authenticate(`Bearer ${accessToken}`);
            return verdict.accepted ? verdict.session.user.id : verdict.reason;
          }),
        );
      });
      expect(queries).toHaveLength(kind === 'sqlite' ? people.length : 1); // there, a statement for each is no slower than one for all
      const expected = people.map(({ id }, turn) => (turn === 3 ? 'REVOKED' : id));
      expect(verdicts).toEqual([...expected, ...expected]);
    });

    if (kind === 'postgresql')
      it('on PostgreSQL, remembers nothing between two turns without a lease', async () => {
        const kate = await newVisitor(house());
        const { sessionCheck } = house().app.services;
        const queries = await queriesOf(async () => {
          for (let turn = 0; turn < 3; turn += 1) await sessionCheck.authenticate(`Bearer ${kate.accessToken}`);
        });
        expect(queries).toHaveLength(3);
      });

    it('is made once for a document, however many of its fields ask for it', async () => {
      const kate = await newVisitor(house());
      const queries = await checksOf(async () => {
        const { body } = await documentOf('{ me { id } profile { id username } again: profile { email } }', kate.accessToken);
        expect(body.data).toMatchObject({ me: { id: kate.id }, profile: { id: kate.id }, again: { email: kate.email } });
      });
      expect(queries).toHaveLength(1);
    });

    it('and the loaders of a request answer nested users and sessions without a query for each', async () => {
      const kate = await newVisitor(house());
      const counts: number[] = [];
      for (let devices = 2; devices <= 6; devices += 4) {
        while ((await rest.send(house(), 'sessions', undefined, kate.accessToken)).body.sessions.length < devices)
          await anotherDevice(house(), kate);
        await writeSomething();
        const queries = await checksOf(async () => {
          const { body } = await documentOf('{ sessions { id user { username sessions { id user { id } } } } }', kate.accessToken);
          expect(body.data.sessions).toHaveLength(devices);
          for (const session of body.data.sessions) {
            expect(session.user.username).toBe(kate.username);
            expect(session.user.sessions).toHaveLength(devices);
            expect(session.user.sessions[0].user.id).toBe(kate.id);
          }
        });
        counts.push(queries.length);
      }
      // The check, and the live sessions with their users' generations: as many for six devices as for two.
      expect(counts).toEqual([3, 3]);
    });

    it('loads the user of a session once for all that ask, also where no check has read it', async () => {
      const kate = await newVisitor(house());
      const refreshQueries = await queriesOf(() => rest.send(house(), 'refresh', { refreshToken: kate.refreshToken }));
      const lars = await newVisitor(house());
      const queries = await queriesOf(async () => {
        const document = `mutation { refresh(input: { refreshToken: "${lars.refreshToken}" }) { session { user { id } a: user { username } b: user { id } } } }`;
        const { body } = await documentOf(document);
        expect(body.data.refresh.session).toMatchObject({ user: { id: lars.id }, a: { username: lars.username }, b: { id: lars.id } });
      });
      expect(queries.length).toBe(refreshQueries.length + 1);
      expect(queries.at(-1)).toMatch(/^SELECT .*users/);
    });

    it('shows the sessions of a user to that user alone', async () => {
      const [kate, lars] = [await newVisitor(house()), await newVisitor(house())];
      const document = `mutation { refresh(input: { refreshToken: "${lars.refreshToken}" }) { user { id sessions { id } } } }`;
      const { body } = await documentOf(document, kate.accessToken);
      expect(body.data.refresh.user).toEqual({ id: lars.id, sessions: null });
    });

    it('remembers nothing of one request for another', async () => {
      const kate = await newVisitor(house());
      const names = async () => (await documentOf('{ sessions { user { name } } }', kate.accessToken)).body.data.sessions;
      expect(await names()).toEqual([{ user: { name: null } }]);
      await rest.send(house(), 'updateProfile', { name: 'Kate' }, kate.accessToken);
      expect(await names()).toEqual([{ user: { name: 'Kate' } }]);
    });

    it('refuses what follows in a document once a field before has ended the session', async () => {
      const kate = await newVisitor(house());
      const document = 'mutation { logout { endedSessions } updateProfile(input: { name: "Mallory" }) { user { name } } }';
      const { body } = await documentOf(document, kate.accessToken);
      expect(body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'REVOKED' });
      const row = await house().app.services.database.client.user.findUniqueOrThrow({ where: { id: kate.id } });
      expect(row.name).toBeNull();
    });

    it('a document that logs out ends no other session afterwards', async () => {
      const kate = await newVisitor(house());
      const phone = await anotherDevice(house(), kate);
      const document = `mutation { logout { endedSessions } revokeSession(id: "${phone.sessionId}") { endedSessions } }`;
      const { body } = await documentOf(document, kate.accessToken);
      expect(body.errors[0]).toMatchObject({ path: ['revokeSession'], extensions: { code: 'UNAUTHENTICATED', reason: 'REVOKED' } });
      expect((await rest.send(house(), 'profile', undefined, phone.accessToken)).code).toBeNull();
    });
  },
  { AUTH_LEASE_MS: '0' },
);

describe('the session check with a lease, on postgresql', () => {
  let nodes: readonly [House, House];
  beforeAll(async () => {
    const first = await openHouse('postgresql', { AUTH_LEASE_MS: '1250' });
    nodes = [first, await openHouse('postgresql', { AUTH_LEASE_MS: '1250' }, first)];
  });
  afterAll(async () => {
    for (const node of [...nodes].reverse()) await node.close();
  });

  /** Until an answer comes out of memory: a slow machine may have lost its lease for a moment. */
  const untilRemembered = (node: House, token: string): Promise<void> =>
    until('an answer comes out of memory', async () => {
      const before = node.queries.length;
      expect((await untilServed(() => rest.send(node, 'profile', undefined, token))).code).toBeNull();
      return node.queries.slice(before).filter((sql) => !ofOwnFields.test(sql)).length === 0;
    });

  it('asks nothing while nothing is heard, and a log-out elsewhere has been heard once it is answered', async () => {
    const kate = await newVisitor(nodes[0]);
    await untilRemembered(nodes[1], kate.accessToken);
    await rest.send(nodes[0], 'logout', undefined, kate.accessToken);
    expect((await rest.send(nodes[1], 'profile', undefined, kate.accessToken)).body.reason).toBe('REVOKED');
  });

  it('knows a new profile, new roles and a removed key on every node as soon', async () => {
    const kate = await newVisitor(nodes[0]);
    await untilRemembered(nodes[1], kate.accessToken);
    await rest.send(nodes[0], 'updateProfile', { name: 'Kate' }, kate.accessToken);
    expect((await rest.send(nodes[1], 'profile', undefined, kate.accessToken)).body.name).toBe('Kate');
    await nodes[0].app.services.users.setRoles(kate.id, ['ADMIN']);
    expect((await rest.send(nodes[1], 'profile', undefined, kate.accessToken)).body.roles).toEqual(['ADMIN']);
    await untilRemembered(nodes[1], kate.accessToken);
    const { keys } = nodes[0].app.services;
    await keys.remove((await keys.active()).kid);
    expect((await rest.send(nodes[1], 'profile', undefined, kate.accessToken)).body.reason).toBe('INVALID');
  });

  it('a session refreshed on another node outlives its remembered idle end', async () => {
    const kate = await newVisitor(nodes[0]);
    const { sessionId: id } = kate;
    const { client } = nodes[0].app.services.database;
    await client.session.update({ where: { id }, data: { idleExpiresAt: new Date(nodes[0].clock.now() + 60_000) } });
    await untilRemembered(nodes[1], kate.accessToken);
    await rest.send(nodes[0], 'refresh', { refreshToken: kate.refreshToken }); // which tells nobody
    nodes[0].clock.advance(120);
    expect((await rest.send(nodes[1], 'profile', undefined, kate.accessToken)).code).toBeNull();
  });

  it('reads a refresh token afresh, whatever is remembered of its session', async () => {
    let kate = await newVisitor(nodes[0]);
    for (const node of [nodes[1], nodes[0], nodes[1]]) {
      await untilRemembered(node, kate.accessToken);
      const { code, body } = await rest.send(node, 'refresh', { refreshToken: kate.refreshToken });
      expect(code).toBeNull();
      kate = { ...kate, ...body };
    }
  });
});
