/**
 * What happened, and "this was not me" (P of the design): P2 P3 P4 P5 P7 P9 P10 P11 P12. P1 is every-event.test.ts, P8 links.test.ts,
 * TOTP of P7 second-factors/dispute.test.ts. P6 (passkeys), and identities of P7, come with those.
 */
import { everywhere, graphql, logIn, newPerson, type Person, rest, uniqueName, untilServed, whoAmI } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { newVisitor } from '../support/visitors';

const mailbox = createMailbox();

const userOf = (house: House, { id }: { readonly id: string }) =>
  house.app.services.database.client.user.findUniqueOrThrow({ where: { id } });
const eventsOf = (house: House, { id }: { readonly id: string }) =>
  house.app.services.database.client.auditEvent.findMany({ where: { userId: id }, orderBy: [{ at: 'desc' }, { id: 'desc' }] });

interface Node {
  readonly id: string;
  readonly event: string;
  readonly outcome: string;
  readonly sessionId: string | null;
  readonly canDispute: boolean;
  readonly disputedAt: string | null;
}

/** Through GraphQL, whose arguments the doors of the tests do not have. */
async function listOf(house: House, token: string, first = 100): Promise<Node[]> {
  const response = await fetch(`${house.url}/v1/security-events?first=${first}`, { headers: { authorization: `Bearer ${token}` } });
  const { nodes } = (await response.json()) as { nodes: Record<string, unknown>[] };
  return nodes.map((node) => ({
    id: node.id as string,
    event: node.event as string,
    outcome: node.outcome as string,
    sessionId: node.session_id as string | null,
    canDispute: node.can_dispute as boolean,
    disputedAt: node.disputed_at as string | null,
  }));
}

const idOf = async (house: House, token: string, event: string, sessionId?: string): Promise<string> => {
  const found = (await listOf(house, token)).find(
    (node) => node.event === event && node.outcome === 'ok' && (sessionId === undefined || node.sessionId === sessionId),
  );
  if (found === undefined) throw new Error(`there is no ${event}`);
  return found.id;
};

everywhere(
  'disputeSecurityEvent',
  (house, door) => {
    const dispute = (id: string, token?: string) => door.send(house(), 'disputeSecurityEvent', id, token);

    it('of a log-in ends that session and the others, distrusts the password, and asks for another (P4)', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      const phone = await logIn(house(), kate);
      const id = await idOf(house(), kate.accessToken, 'login', thief.sessionId);
      const { status, body } = await dispute(id, kate.accessToken);
      expect([status, body.endedSessions, body.passwordNeeded]).toEqual([200, 2, true]);
      expect(body.event).toMatchObject({ id, event: 'login', canDispute: false, disputedAt: expect.any(String) });
      for (const { accessToken, refreshToken } of [thief, phone]) {
        expect((await door.send(house(), 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
        expect((await door.send(house(), 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      }
      expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
      expect((await eventsOf(house(), kate)).find((event) => event.id === id)?.disputedAt).not.toBeNull();
      const refused = await door.send(house(), 'login', { username: kate.username, password: kate.password });
      expect([refused.status, refused.code, refused.body.attempt]).toEqual([403, 'PASSWORD_RESET_REQUIRED', expect.any(String)]);
      expect((await mailbox.next(kate.email, 'reset-code')).code).toMatch(/^\d{8}$/);
    });

    it('said again gives the same answer, and does nothing (P5)', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      const id = await idOf(house(), kate.accessToken, 'login', thief.sessionId);
      const first = await dispute(id, kate.accessToken);
      const [user, events] = [await userOf(house(), kate), await eventsOf(house(), kate)];
      const again = await dispute(id, kate.accessToken);
      expect(again.body).toEqual(first.body);
      expect(await userOf(house(), kate)).toMatchObject({ ...user, updatedAt: expect.any(Date) });
      expect(await eventsOf(house(), kate)).toEqual(events);
      await mailbox.settled(house());
      expect((await mailbox.unread(kate.email)).filter(({ kind }) => kind === 'reset-code')).toHaveLength(1);
    });

    it('is lifted by changePassword, which the session that goes on may use', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      await dispute(await idOf(house(), kate.accessToken, 'login', thief.sessionId), kate.accessToken);
      const newPassword = 'a louder garden gate';
      const changed = await door.send(house(), 'changePassword', { currentPassword: kate.password, newPassword }, kate.accessToken);
      expect(changed.code).toBeNull();
      expect((await userOf(house(), kate)).passwordDistrustedAt).toBeNull();
      expect((await door.send(house(), 'login', { username: kate.username, password: newPassword })).code).toBeNull();
    });

    it('of an address that waits drops it, and its code is worth nothing (P7)', async () => {
      const kate = await newPerson(house());
      const newEmail = `${uniqueName()}@example.com`;
      await door.send(house(), 'requestEmailChange', { newEmail }, kate.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      expect((await dispute(await idOf(house(), kate.accessToken, 'email.change_requested'), kate.accessToken)).code).toBeNull();
      const { body } = await rest.send(house(), 'profile', undefined, kate.accessToken);
      expect([body.email, body.pendingEmail]).toEqual([kate.email, null]);
      expect((await door.send(house(), 'confirmEmailChange', { code }, kate.accessToken)).code).toBe('INVALID_CODE');
    });

    it('of a changed address gives the old one back, unproved: nobody has shown its mailbox', async () => {
      const kate = await newPerson(house());
      const newEmail = `${uniqueName()}@example.com`;
      await door.send(house(), 'requestEmailChange', { newEmail }, kate.accessToken);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await door.send(house(), 'confirmEmailChange', { code }, kate.accessToken);
      expect((await userOf(house(), kate)).email).toBe(newEmail);
      expect((await dispute(await idOf(house(), kate.accessToken, 'email.changed'), kate.accessToken)).code).toBeNull();
      expect(await userOf(house(), kate)).toMatchObject({ email: kate.email, emailVerifiedAt: null });
    });

    it('gives NOT_FOUND for somebody else’s event, an unknown one and one that owners do not see, and changes nothing (P3)', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const theirs = await idOf(house(), lars.accessToken, 'user.registered');
      const [hidden] = await eventsOf(house(), kate);
      await house().app.services.database.client.auditEvent.update({ where: { id: hidden?.id ?? '' }, data: { event: 'limit.reached' } });
      for (const id of [theirs, '0b5f2c1e-7d4a-4c3b-9a8f-6e5d4c3b2a19', 'x', hidden?.id ?? ''])
        expect([id, (await dispute(id, kate.accessToken)).code]).toEqual([id, 'NOT_FOUND']);
      expect((await userOf(house(), kate)).deviceEpoch).toBe(0);
      expect((await userOf(house(), lars)).deviceEpoch).toBe(0);
    });

    it('gives BAD_USER_INPUT for an event that nobody can dispute, and for a refused one (P9)', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'login', { username: kate.username, password: 'not the garden gate' });
      const refused = (await listOf(house(), kate.accessToken)).find(({ event, outcome }) => event === 'login' && outcome === 'refused');
      for (const id of [await idOf(house(), kate.accessToken, 'user.registered'), refused?.id ?? '']) {
        const { status, code, body } = await dispute(id, kate.accessToken);
        expect([status, code, body.issues?.[0]?.path]).toEqual([400, 'BAD_USER_INPUT', 'id']);
      }
      expect((await userOf(house(), kate)).deviceEpoch).toBe(0);
    });

    it('asks for no fresh session, and for a live one', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      const id = await idOf(house(), kate.accessToken, 'login', thief.sessionId);
      for (const token of [undefined, 'garbage', kate.refreshToken]) expect((await dispute(id, token)).code).toBe('UNAUTHENTICATED');
      house().clock.advance(11 * 60);
      expect((await dispute(id, kate.accessToken)).code).toBeNull();
    });

    it('of somebody without a password asks for none', async () => {
      const kate = await newVisitor(house());
      const { body } = await dispute(await idOf(house(), kate.accessToken, 'login'), kate.accessToken);
      expect([body.endedSessions, body.passwordNeeded]).toEqual([0, false]);
      expect((await userOf(house(), kate)).passwordDistrustedAt).toBeNull();
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'securityEvents',
  (house) => {
    const query = `query ($first: Int, $after: String) { securityEvents(first: $first, after: $after) {
      nodes { id event outcome at network userAgent sessionId canDispute disputedAt } endCursor hasNextPage } }`;
    const page = async (token: string, variables: object) => {
      const response = await fetch(`${house().url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data?: { securityEvents: never }; errors?: { extensions: { code: string } }[] };
      return { ...(data?.securityEvents as unknown as { nodes: Node[]; endCursor: string | null; hasNextPage: boolean }), errors };
    };
    const restPage = async (token: string, parameters: string) => {
      const response = await fetch(`${house().url}/v1/security-events${parameters}`, { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: (await response.json()) as Record<string, never> };
    };

    it('gives every event once, newest first, page by page, while new ones come (P2)', async () => {
      const kate = await newPerson(house());
      const { client } = house().app.services.database;
      const from = house().clock.now() - 1_000_000;
      const rows = Array.from({ length: 250 }, (_, index) => ({
        id: `0b5f2c1e-7d4a-4c3b-9a8f-${String(index).padStart(12, '0')}`,
        at: new Date(from + Math.floor(index / 3) * 10), // three at a time at the same moment
        event: 'login',
        outcome: 'ok',
        userId: kate.id,
        clientPrefix: '192.0.2.0/24',
      }));
      await client.auditEvent.createMany({ data: rows });
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const { nodes, endCursor, hasNextPage }: Awaited<ReturnType<typeof page>> = await page(kate.accessToken, { first: 7, after });
        seen.push(...nodes.map(({ id }) => id));
        after = endCursor;
        await logIn(house(), kate); // a new one, which is before the first page
        if (!hasNextPage) break;
      }
      const old = seen.filter((id) => id.startsWith('0b5f2c1e-7d4a-4c3b-9a8f-'));
      expect(old).toEqual(rows.map(({ id }) => id).reverse());
      expect(new Set(seen).size).toBe(seen.length);
      const through: string[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await restPage(kate.accessToken, `?first=100${cursor}`);
        through.push(...(body.nodes as unknown as Node[]).map(({ id }) => id));
        if (!body.has_next_page) break;
        cursor = `&after=${body.end_cursor}`;
      }
      expect(through.filter((id) => old.includes(id))).toEqual(old);
    });

    it('tells network, browser and session, and never an address, a token or a name that was typed (P10)', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'login', { username: kate.username, password: kate.password }, undefined, {
        'user-agent': Buffer.from('Browser\ttext \u202eand\u0085more').toString('latin1'), // HTTP itself lets no other control characters in
      });
      const { body } = await restPage(kate.accessToken, '');
      const text = JSON.stringify(body);
      expect(text).not.toMatch(/127\.0\.0\.1|gatehouse_|ghr_|eyJ|@example/);
      expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e]|\\t/u);
      const login = (body.nodes as unknown as Record<string, unknown>[]).find(({ event }) => event === 'login');
      expect(login).toMatchObject({ network: '127.0.0.0/24', outcome: 'ok', session_id: expect.any(String), can_dispute: true });
      expect(Object.keys(login ?? {}).sort()).toEqual(
        ['at', 'can_dispute', 'disputed_at', 'event', 'id', 'network', 'outcome', 'session_id', 'user_agent'].sort(),
      );
    });

    it('refuses a page that is none, alike through both doors', async () => {
      const { accessToken } = await newVisitor(house());
      for (const [variables, parameters] of [
        [{ first: 0 }, '?first=0'],
        [{ first: 101 }, '?first=101'],
        [{ first: -1 }, '?first=-1'],
        [{ after: 'garbage' }, '?after=garbage'],
        [{ after: '' }, '?after='],
        [{ after: 'x'.repeat(129) }, `?after=${'x'.repeat(129)}`],
      ] as const) {
        expect([variables, (await page(accessToken, variables)).errors?.[0]?.extensions.code]).toEqual([variables, 'BAD_USER_INPUT']);
        const answer = await restPage(accessToken, parameters);
        expect([parameters, answer.status, answer.body.code]).toEqual([parameters, 400, 'BAD_USER_INPUT']);
      }
      for (const parameters of ['?first=x', '?first=', '?first=1.5', '?first=1&first=2', '?other=1', '?First=1'])
        expect([parameters, (await restPage(accessToken, parameters)).status]).toEqual([parameters, 400]);
    });

    it('shows nothing of anybody else', async () => {
      const [kate, lars] = [await newPerson(house()), await newPerson(house())];
      const theirs = (await eventsOf(house(), lars)).map(({ id }) => id);
      const mine = (await listOf(house(), kate.accessToken)).map(({ id }) => id);
      expect(mine.filter((id) => theirs.includes(id))).toEqual([]);
    });
  },
  mailbox.environment,
);

onTwoNodes(
  'a dispute',
  (nodes) => {
    it('ends the other sessions on every node, and one alone of thirty at once does anything (P12)', async () => {
      const [first, second] = nodes();
      const kate = await newPerson(first);
      const thief = await logIn(second, kate);
      const id = await idOf(first, kate.accessToken, 'login', thief.sessionId);
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, turn) =>
          untilServed(() =>
            (turn % 3 === 0 ? graphql : rest).send(turn % 2 === 0 ? first : second, 'disputeSecurityEvent', id, kate.accessToken),
          ),
        ),
      );
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null]));
      expect(new Set(answers.map(({ body }) => body.endedSessions))).toEqual(new Set([1]));
      expect((await eventsOf(first, kate)).filter(({ event }) => event === 'event.disputed')).toHaveLength(1);
      expect((await userOf(first, kate)).deviceEpoch).toBe(1);
      for (const node of nodes()) {
        expect(await whoAmI(node, thief.accessToken)).toBeNull();
        expect(await whoAmI(node, kate.accessToken)).toMatchObject({ id: kate.id });
      }
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'a known device after a dispute',
  (house) => {
    it('is a stranger: it has no budget of its own any more (P11)', async () => {
      house().clock.stop();
      const kate: Person = await newPerson(house());
      const login = (password: string, headers: Record<string, string> = {}) =>
        rest.send(house(), 'login', { username: kate.username, password }, undefined, headers);
      const { body } = await login(kate.password);
      const known = { 'x-device-token': body.deviceToken };
      for (let turn = 0; turn < 5; turn += 1) await login('not the garden gate');
      expect((await login('not the garden gate')).code).toBe('RATE_LIMITED');
      expect((await login('not the garden gate', known)).code).toBe('INVALID_CREDENTIALS');
      await rest.send(house(), 'disputeSecurityEvent', await idOf(house(), kate.accessToken, 'login'), kate.accessToken);
      expect((await login('not the garden gate', known)).code).toBe('RATE_LIMITED');
    });
  },
  { ...defaultLimits, ...mailbox.environment },
);
