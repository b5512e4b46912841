import { runCommand } from '../support/command';
import { newPerson, type Person, rest, uniqueName } from '../support/doors';
import { onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';

onBothDatabases('the commands that change an account', (house) => {
  const run = (args: readonly string[], input = '') => runCommand(house(), args, {}, input);
  const json = async (args: readonly string[], input = '') => {
    const { code, out, err } = await run([...args, '--json'], input);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out);
  };
  const login = async (username: string, password: string) => (await rest.send(house(), 'login', { username, password })).status;
  const profile = async ({ accessToken }: Person) => (await rest.send(house(), 'profile', undefined, accessToken)).status;
  const events = async (userId: string) =>
    (await house().app.services.audit.list({ who: { userId, names: [] }, limit: 100 })).map(({ event }) => event);

  it('user create takes roles in either case, and an address that is verified', async () => {
    const name = uniqueName();
    const made = await json(['user', 'create', name, `${name}@example.com`, '--roles', 'admin,Billing:read-only,ADMIN', '--verified']);
    expect(made).toMatchObject({ roles: ['admin', 'Billing:read-only', 'ADMIN'], emailVerified: true });
    const { body } = await rest.send(house(), 'login', { username: name, password: made.password });
    expect(body.user).toMatchObject({ roles: ['admin', 'Billing:read-only', 'ADMIN'], emailVerified: true });
  });

  it('compares roles exactly, also for forward-auth', async () => {
    const kate = await newPerson(house());
    await json(['user', 'set-roles', kate.username, 'admin,orders.refund']);
    const verify = async (role: string) =>
      (await fetch(`${house().url}/v1/verify?role=${role}`, { headers: { authorization: `Bearer ${kate.accessToken}` } })).status;
    expect(await Promise.all(['admin', 'orders.refund', 'ADMIN', 'Admin', 'orders'].map(verify))).toEqual([200, 200, 403, 403, 403]);
  });

  it('names a role that breaks the rule, and what it must be', async () => {
    const kate = await newPerson(house());
    for (const role of ['no good', 'é', 'a'.repeat(65), 'a/b', '*']) {
      const { code, out, err } = await run(['user', 'set-roles', kate.username, `ADMIN,${role}`]);
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain(`must be 1 to 64 letters, digits and _ - . :; "${role}" is none`);
    }
    const many = Array.from({ length: 17 }, (_, index) => `r${index}`).join(',');
    expect((await run(['user', 'set-roles', kate.username, many])).err).toContain('roles must be at most 16 roles');
    const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(64)).join(',');
    expect((await run(['user', 'set-roles', kate.username, long])).err).toContain('roles must have at most 256 characters together');
    expect((await json(['user', 'show', kate.username])).roles).toEqual([]);
  });

  it('issues tokens of less than 1 kB with the most and longest roles', async () => {
    const kate = await newPerson(house());
    const roles = Array.from({ length: 16 }, (_, index) => `${'r'.repeat(15)}${index.toString(16)}`);
    await json(['user', 'set-roles', kate.username, roles.join(',')]);
    const { body } = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
    expect(Buffer.byteLength(body.accessToken)).toBeLessThan(1024);
  });

  it('says who is not there', async () => {
    for (const args of [
      ['user', 'show', 'nobody'],
      ['user', 'delete', 'nobody', '--now'],
      ['user', 'verify', 'nobody'],
      ['user', 'list', '--after', 'nobody'],
    ])
      expect(await run(args)).toEqual({ code: 1, out: '', err: 'NOT_FOUND: there is no user "nobody".\n' });
    expect(await run(['user', 'list', '--after', ''])).toEqual({ code: 1, out: '', err: 'NOT_FOUND: there is no user "".\n' });
    expect((await run(['client', 'delete', 'nothing'])).err).toBe('NOT_FOUND: there is no service client "nothing".\n');
    expect((await run(['keys', 'remove', 'nothing'])).err).toBe('NOT_FOUND: there is no signing key "nothing".\n');
  });

  it('takes the first line of standard input for the password', async () => {
    const name = uniqueName();
    const { code, err } = await run(['user', 'create', name, `${name}@example.com`], 'a quiet garden gate\r\na second line\n');
    expect([code, err]).toEqual([0, 'Only the first line of standard input is the password.\n']);
    expect(await login(name, 'a quiet garden gate')).toBe(200);
    const empty = await run(['user', 'create', uniqueName(), 'x@example.com'], '\na quiet garden gate\n');
    expect(empty).toMatchObject({ code: 1, out: '', err: expect.stringContaining('first line of standard input is empty') });
  });

  it('user set-password ends every session, and the new password alone is right', async () => {
    const kate = await newPerson(house());
    expect(await json(['user', 'set-password', kate.email], 'another quiet gate\n')).toMatchObject({ id: kate.id, endedSessions: 1 });
    expect(await profile(kate)).toBe(401);
    expect([await login(kate.username, kate.password), await login(kate.username, 'another quiet gate')]).toEqual([401, 200]);
    const { password } = await json(['user', 'set-password', kate.username]);
    expect(await login(kate.username, password)).toBe(200);
    const weak = await run(['user', 'set-password', kate.username], 'canary7');
    expect(weak).toMatchObject({ code: 1, out: '', err: expect.stringContaining('WEAK_PASSWORD') });
    expect(weak.err).not.toContain('canary7');
    expect(await events(kate.id)).toEqual(expect.arrayContaining(['user.password_set']));
  });

  it('user set-email gives another address that is not verified, user verify takes it for verified', async () => {
    const [kate, lars] = [await newPerson(house()), await newPerson(house())];
    expect(await json(['user', 'verify', kate.username])).toMatchObject({ emailVerified: true });
    expect(await json(['user', 'set-email', kate.username, kate.email.toUpperCase()])).toMatchObject({ emailVerified: true });
    const email = `${uniqueName()}@example.com`;
    expect(await json(['user', 'set-email', kate.username, email])).toMatchObject({ email, emailVerified: false });
    expect(await json(['user', 'verify', email])).toMatchObject({ id: kate.id, emailVerified: true });
    expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).body).toMatchObject({ email, emailVerified: true });
    expect((await run(['user', 'set-email', kate.username, lars.email.toUpperCase()])).err).toContain('EMAIL_TAKEN');
    const reserved = `${uniqueName()}@example.com`;
    const soon = new Date(house().clock.now() + 60_000);
    const kept = { emailKey: reserved, email: reserved, userId: lars.id, expiresAt: soon };
    await house().app.services.database.client.reservedEmail.create({ data: kept }); // as a change of his leaves the old one
    expect((await run(['user', 'set-email', kate.username, reserved])).err).toContain('EMAIL_TAKEN');
    expect(await json(['user', 'set-email', lars.username, reserved])).toMatchObject({ email: reserved });
    expect((await run(['user', 'set-email', kate.username, 'no address'])).err).toContain('email must be an e-mail address');
    expect(await events(kate.id)).toEqual(expect.arrayContaining(['user.email_set', 'user.email_verified']));
  });

  it('user delete plans it, the first date stays, and user restore takes it back', async () => {
    const kate = await newPerson(house());
    const planned = await json(['user', 'delete', kate.username, '--yes']);
    expect(planned).toMatchObject({ id: kate.id, endedSessions: 1, deletesAt: expect.any(String) });
    expect(await profile(kate)).toBe(401);
    expect(await login(kate.username, kate.password)).toBe(403);
    house().clock.advance(60);
    expect((await json(['user', 'delete', kate.username, '--yes'])).deletesAt).toBe(planned.deletesAt);
    expect((await run(['user', 'show', kate.username])).out).toContain(`on ${planned.deletesAt}, unless it is taken back`);
    expect(await json(['user', 'restore', kate.username])).toMatchObject({ id: kate.id, deletesAt: null });
    expect(await login(kate.username, kate.password)).toBe(200);
    expect(await run(['user', 'restore', kate.username])).toMatchObject({ code: 1, err: expect.stringContaining('is not to be deleted') });
    expect(await events(kate.id)).toEqual(expect.arrayContaining(['account.deletion_scheduled', 'account.deletion_cancelled']));
  });

  it('user send-reset puts a mail into the outbox where there is mail, and says so where there is none', async () => {
    const kate = await newPerson(house());
    expect((await run(['user', 'send-reset', kate.username])).err).toContain('FEATURE_DISABLED');
    const { environment } = createMailbox();
    const { code, out } = await runCommand(house(), ['user', 'send-reset', kate.username, '--json'], environment);
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ id: kate.id })]);
    const { client } = house().app.services.database;
    expect(await client.mailToken.count({ where: { userId: kate.id, purpose: 'RESET' } })).toBe(1);
    expect(await events(kate.id)).toContain('user.reset_sent');
  });

  it('user delete --now leaves nothing of the user but ids', async () => {
    const kate = await newPerson(house());
    await login(kate.username, 'not the garden gate');

    expect(await json(['user', 'delete', kate.username, '--now', '--yes'])).toEqual({ id: kate.id, endedSessions: 1 });
    expect(await profile(kate)).toBe(401);
    expect((await rest.send(house(), 'refresh', { refreshToken: kate.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
    expect(await login(kate.username, kate.password)).toBe(401);
    const { client } = house().app.services.database;
    expect([await client.user.count({ where: { id: kate.id } }), await client.session.count({ where: { userId: kate.id } })]).toEqual([
      0, 0,
    ]);
    const rows = await client.auditEvent.findMany({ where: { userId: kate.id } });
    expect(rows.map(({ event }) => event)).toEqual(expect.arrayContaining(['user.registered', 'login', 'account.erased']));
    for (const row of rows.filter(({ event }) => event !== 'account.erased'))
      expect(row).toMatchObject({ clientPrefix: null, userAgent: null, subject: null });
    expect((await rest.send(house(), 'register', { username: kate.username, email: kate.email, password: kate.password })).status).toBe(
      201,
    );
  });

  it('client list shows nothing of the secret, its hash neither', async () => {
    const { id, secret } = await json(['client', 'create', uniqueName()]);
    const { secretHash } = await house().app.services.database.client.serviceClient.findUniqueOrThrow({ where: { id } });
    for (const args of [
      ['client', 'list'],
      ['client', 'list', '--json'],
    ]) {
      const { out } = await run(args);
      expect(out).toContain(id);
      for (const hidden of [secret, secretHash, 'secret', 'hash']) expect(out.toLowerCase()).not.toContain(hidden.toLowerCase());
    }
  });

  it('--json escapes what a terminal would obey or turn around, and the value stays the same', async () => {
    const name = 'a\u009b31m\u200f\u2028\u{e0001}b';
    const kate = await newPerson(house(), {});
    await house().app.services.database.client.user.update({ where: { id: kate.id }, data: { name } });
    const { out } = await run(['user', 'show', kate.id, '--json']);
    expect(JSON.parse(out).name).toBe(name);
    expect(out).not.toMatch(/[^\n\x20-\x7e]/);
  });
});
