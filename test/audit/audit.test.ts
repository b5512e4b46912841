import type { AuditEventRow } from '../../src/database/database';
import { keyTimes } from '../../src/tokens/key-rotation';
import type { SigningKeyInfo } from '../../src/tokens/signing-keys.service';
import { everywhere, logIn, newPerson, uniqueName } from '../support/doors';
import type { House } from '../support/house';
import { quieten } from '../support/statements';

const userAgent = 'kate\'s browser/1.0 "quoted"';
const newPassword = 'another quiet garden gate';

everywhere('the audit', (house, door) => {
  const send = (operation: Parameters<typeof door.send>[1], input?: unknown, token?: string) =>
    door.send(house(), operation, input, token, { 'user-agent': userAgent });

  /** The rows and the lines of what `work` did, each row with its line. */
  const recorded = async (work: () => Promise<unknown>): Promise<AuditEventRow[]> => {
    const { client } = house().app.services.database;
    const known = new Set((await client.auditEvent.findMany({ select: { id: true } })).map(({ id }) => id));
    const from = house().log.length;
    await work();
    const lines = house()
      .log.slice(from)
      .filter(({ msg, auditId }) => msg === 'audit' && auditId !== undefined);
    const placeOf = ({ id }: AuditEventRow) => lines.findIndex(({ auditId }) => auditId === id); // two rows may have one moment
    const rows = (await client.auditEvent.findMany())
      .filter(({ id }) => !known.has(id))
      .sort((left, right) => placeOf(left) - placeOf(right));
    const asLine = ({ id, at: _at, ...row }: AuditEventRow) => ({
      auditId: id,
      ...Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    });
    expect(lines.map(({ level: _level, time: _time, msg: _msg, ...line }) => line)).toEqual(rows.map(asLine));
    return rows;
  };

  const origin = { clientPrefix: '127.0.0.0/24', userAgent, requestId: expect.stringMatching(/^[A-Za-z0-9-]{1,64}$/), subject: null };

  it('has one row and one line of a registration, and of a login', async () => {
    const username = uniqueName();
    const rows = await recorded(async () => {
      await send('register', { username, email: `${username}@example.com`, password: newPassword });
      await send('login', { username, password: newPassword });
    });
    const sessions = await house().app.services.database.client.session.findMany({
      where: { user: { usernameKey: username } },
      orderBy: { createdAt: 'asc' },
    });
    expect(rows).toEqual(
      (['user.registered', 'login'] as const).map((event, number) => ({
        ...origin,
        id: expect.any(String),
        at: expect.any(Date),
        event,
        outcome: 'ok',
        actor: `user:${sessions[0]?.userId}`,
        userId: sessions[0]?.userId,
        sessionId: sessions[number]?.id,
        detail: null,
        disputedAt: null,
      })),
    );
  });

  it('tells the user of a refused login, or a keyed hash of a name that nobody has', async () => {
    const person = await newPerson(house());
    const nobody = uniqueName();
    const rows = await recorded(async () => {
      await send('login', { username: person.username, password: 'wrong' });
      await send('login', { username: ` ${nobody.toUpperCase()} `, password: 'wrong' });
      await send('login', { email: nobody, password: 'wrong' });
    });
    expect(rows.map(({ event, outcome, actor, userId, detail }) => [event, outcome, actor, userId, detail])).toEqual([
      ['login', 'refused', 'anonymous', person.id, 'wrong password'],
      ['login', 'refused', 'anonymous', null, 'unknown user'],
      ['login', 'refused', 'anonymous', null, 'unknown user'],
    ]);
    expect(rows[1]?.subject).toMatch(/^[\w-]{22}$/);
    expect(rows[2]?.subject).toBe(rows[1]?.subject); // one name, however it is written
    expect(JSON.stringify(rows)).not.toContain(nobody);
    const listed = await house().app.services.audit.list({ who: { userId: 'nobody', names: [nobody] }, limit: 10 });
    expect(listed.map(({ id }) => id).sort()).toEqual([rows[1]?.id, rows[2]?.id].sort());
  });

  it('sends the same statements for every refused login', async () => {
    const known = await newPerson(house());
    const disabled = await newPerson(house());
    await house().app.services.users.disable(disabled.username);
    await quieten(house());
    const statements = async (username: string, password: string) => {
      const from = house().queries.length;
      expect((await send('login', { username, password })).code).toBe('INVALID_CREDENTIALS');
      return house().queries.slice(from);
    };
    const first = await statements(known.username, 'wrong');
    expect(first.length).toBeGreaterThan(1);
    expect(await statements(uniqueName(), 'wrong')).toEqual(first);
    expect(await statements(disabled.username, 'wrong')).toEqual(first);
    expect(await statements(disabled.username, disabled.password)).toEqual(first);
  });

  it('has a refresh in the log alone, and its reuse as an event', async () => {
    const person = await newPerson(house());
    const spend = () => send('refresh', { refreshToken: person.refreshToken });
    const from = house().log.length;
    expect(await recorded(spend)).toEqual([]);
    expect(house().log.slice(from)).toContainEqual(
      expect.objectContaining({ msg: 'audit', event: 'session.refreshed', userId: person.id, sessionId: person.sessionId }),
    );
    house().clock.advance(11);
    expect(await recorded(spend)).toMatchObject([
      { ...origin, event: 'session.refresh_reused', outcome: 'refused', userId: person.id, sessionId: person.sessionId },
    ]);
    expect(await recorded(spend)).toEqual([]); // it has ended: INVALID_REFRESH_TOKEN is no event
  });

  it('has every end of a session', async () => {
    const person = await newPerson(house());
    const [second, third] = [await logIn(house(), person), await logIn(house(), person)];
    const rows = await recorded(async () => {
      await send('revokeSession', second.sessionId, person.accessToken);
      await send('logout', { scope: door.name === 'REST' ? 'others' : 'OTHERS' }, person.accessToken);
      await send('logout', undefined, person.accessToken);
    });
    expect(rows).toMatchObject([
      { event: 'session.revoked', sessionId: second.sessionId, detail: `from session ${person.sessionId}` },
      { event: 'logout', sessionId: person.sessionId, detail: 'others: 1 sessions ended' },
      { event: 'logout', sessionId: person.sessionId, detail: 'current: 1 sessions ended' },
    ]);
    expect(third.sessionId).toBeDefined();
    expect(await recorded(() => send('logout', undefined, person.accessToken))).toEqual([]); // refused: no session, no event
  });

  it('has changes of the password, the address and the profile, done and refused, with names of fields and no value', async () => {
    const person = await newPerson(house());
    const address = `${uniqueName()}@example.org`;
    const rows = await recorded(async () => {
      await send('updateProfile', { name: 'Kate Canary', locale: 'en' }, person.accessToken);
      await send('updateProfile', { email: address, currentPassword: 'wrong' }, person.accessToken);
      await send('updateProfile', { email: address, currentPassword: person.password }, person.accessToken);
      await send('changePassword', { currentPassword: 'wrong', newPassword }, person.accessToken);
      await send('changePassword', { currentPassword: person.password, newPassword }, person.accessToken);
    });
    const own = { ...origin, userId: person.id, sessionId: person.sessionId };
    expect(rows).toMatchObject([
      { ...own, event: 'profile.changed', outcome: 'ok', detail: 'name locale' },
      { ...own, event: 'email.changed', outcome: 'refused', detail: 'wrong password' },
      { ...own, event: 'email.changed', outcome: 'ok' },
      { ...own, event: 'password.changed', outcome: 'refused', detail: 'wrong password' },
      { ...own, event: 'password.changed', outcome: 'ok', detail: '0 other sessions ended' },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/Canary|example\.org|garden/);
  });

  it('has what an operator did', async () => {
    const person = await newPerson(house());
    const { users } = house().app.services;
    const rows = await recorded(async () => {
      await users.setRoles(person.id, ['ADMIN', 'EDITOR']);
      await users.disable(person.id);
      await users.enable(person.id);
      await users.revokeSessions(person.id);
    });
    const own = { actor: 'operator', userId: person.id, outcome: 'ok', requestId: 'cli', userAgent: 'gatehouse command line' };
    expect(rows).toMatchObject([
      { ...own, event: 'user.roles_changed', detail: 'ADMIN EDITOR' },
      { ...own, event: 'user.disabled', detail: '1 sessions ended' },
      { ...own, event: 'user.enabled' },
      { ...own, event: 'user.sessions_revoked', detail: '0 sessions ended' },
    ]);
  });

  it('has what an operator does to service clients, and nothing of what is refused', async () => {
    const { clients } = house().app.services;
    const rows = await recorded(async () => {
      const { id, name } = await clients.create('orders');
      await expect(clients.create(name)).rejects.toThrow();
      await clients.remove(id);
      await expect(clients.remove(id)).rejects.toThrow();
    });
    const detail = expect.stringMatching(/^orders [\da-f-]{36}$/);
    expect(rows).toMatchObject([
      { event: 'client.created', outcome: 'ok', actor: 'operator', requestId: 'cli', detail },
      { event: 'client.deleted', outcome: 'ok', actor: 'operator', requestId: 'cli', detail },
    ]);
    expect(rows[1]?.detail).toBe(rows[0]?.detail);
  });

  it('has every change of the signing keys, by an operator and by the gateway itself', async () => {
    const { keys } = house().app.services;
    const { clock } = house();
    const [first] = await keys.list();
    const created = (key: SigningKeyInfo) => ({ event: 'key.created', detail: `${key.kid} signs from ${key.activatedAt?.toISOString()}` });
    let next = first as SigningKeyInfo; // the first start has made one
    const made: SigningKeyInfo[] = [];
    const rows = await recorded(async () => {
      next = await keys.rotate();
      await keys.rotate(); // there is one already
      await keys.remove(first?.kid ?? '');
      clock.advance(91 * 86_400);
      made.push((await keys.rotateWhenDue(90)) as SigningKeyInfo);
      clock.advance(keyTimes.publishedForSeconds + keyTimes.tokensLiveForSeconds + 1);
      await keys.rotateWhenDue(90);
    });
    const [byOperator, byItself] = [
      { actor: 'operator', requestId: 'cli', outcome: 'ok' },
      { actor: 'gateway', requestId: 'gateway', userAgent: 'gatehouse', outcome: 'ok' },
    ];
    expect(rows).toMatchObject([
      { ...byOperator, ...created(next) },
      { ...byOperator, event: 'key.removed', detail: first?.kid },
      { ...byOperator, event: 'key.activated', detail: next.kid },
      { ...byItself, ...created(made[0] as SigningKeyInfo) },
      { ...byItself, event: 'key.erased', detail: next.kid },
    ]);
    const { client } = house().app.services.database;
    const begun = await client.auditEvent.findMany({ where: { event: 'key.created', detail: { startsWith: first?.kid ?? '' } } });
    expect(begun).toMatchObject([byItself]);
  });

  it('changes neither a key nor a service client without its row', async () => {
    const { keys, clients } = house().app.services;
    const before = { keys: await keys.list(), clients: await clients.list() };
    house().expectDefects();
    await breakAudit(house());
    for (const change of [() => keys.rotate(), () => keys.remove(before.keys[0]?.kid ?? ''), () => clients.create('billing')])
      await expect(change()).rejects.toThrow();
    await mendAudit(house());
    expect({ keys: await keys.list(), clients: await clients.list() }).toEqual(before);
  });

  it('does not log somebody in, end a session or change a password that it cannot record', async () => {
    const person = await newPerson(house());
    const { client } = house().app.services.database;
    const session = () => client.session.findMany({ where: { userId: person.id } });
    const before = await session();
    const username = uniqueName();
    const from = house().log.length;
    house().expectDefects();
    await breakAudit(house());
    const answers = [
      await send('login', { username: person.username, password: person.password }),
      await send('login', { username: person.username, password: 'wrong' }),
      await send('logout', undefined, person.accessToken),
      await send('revokeSession', person.sessionId, person.accessToken),
      await send('changePassword', { currentPassword: person.password, newPassword }, person.accessToken),
      await send('register', { username, email: `${username}@example.com`, password: newPassword }),
    ];
    await mendAudit(house());
    for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(500);
    expect(await session()).toEqual(before);
    expect(await client.user.count({ where: { usernameKey: username } })).toBe(0);
    expect((await send('login', { username: person.username, password: person.password })).code).toBeNull();
    // The refused guess, which changed nothing, is in the log all the same.
    expect(house().log.slice(from)).toContainEqual(
      expect.objectContaining({ msg: 'audit', level: 'warn', event: 'login', outcome: 'refused', userId: person.id, recorded: false }),
    );
  });
});

/** From now on no row can be written: a trigger says so. */
async function breakAudit({ app }: House): Promise<void> {
  const { client, provider } = app.services.database;
  if (provider === 'sqlite')
    await client.$executeRawUnsafe(
      `CREATE TRIGGER broken BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'broken by the test'); END`,
    );
  else {
    await client.$executeRawUnsafe(
      `CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken by the test'; END $$`,
    );
    await client.$executeRawUnsafe('CREATE TRIGGER broken BEFORE INSERT ON audit_events EXECUTE FUNCTION broken()');
  }
}

async function mendAudit({ app }: House): Promise<void> {
  const { client, provider } = app.services.database;
  await client.$executeRawUnsafe(`DROP TRIGGER broken${provider === 'sqlite' ? '' : ' ON audit_events'}`);
}
