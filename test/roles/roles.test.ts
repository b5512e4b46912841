// Permissions, chapter 2 of the design: the checks 1 and 2.
import { runCommand } from '../support/command';
import { doors, everywhere, graphql, newPerson, postGraphQL, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases, onTwoNodes } from '../support/house';
import { newServiceClient } from '../support/service-client';

const verify = async (house: House, accessToken: string, query: string) => {
  const answer = await fetch(`${house.url}/v1/verify?${query}`, { headers: { authorization: `Bearer ${accessToken}` } });
  return [answer.status, answer.headers.get('x-auth-permissions')];
};

/** Somebody with a role of these permissions, which nobody else has. */
async function personWith(house: House, permissions: readonly string[]) {
  const role = uniqueName().toUpperCase();
  const person = await newPerson(house);
  await house.app.services.roles.set({ name: role, permissions });
  await house.app.services.users.setRoles(person.id, [role]);
  return { ...person, role };
}

onTwoNodes('A permission that is taken from a role', (nodes) => {
  it('1 is refused by the next request on every node, and asking costs no query while nothing changes', async () => {
    const [first, second] = nodes();
    const kate = await personWith(first, ['orders:read', 'orders:refund']);
    for (const [here, there] of [
      [first, second],
      [second, first],
    ] as const) {
      await here.app.services.roles.set({ name: kate.role, permissions: ['orders:read', 'orders:refund'] });
      for (const node of [there, here])
        expect(await verify(node, kate.accessToken, 'permission=orders:refund')).toEqual([200, 'orders:read,orders:refund']);
      const before = there.queries.length;
      for (const _ of [1, 2, 3]) await verify(there, kate.accessToken, 'permission=orders:refund');
      expect(there.queries.slice(before).filter((sql) => /roles|sessions|users/.test(sql) && !/pg_notify/.test(sql))).toEqual([]);
      await here.app.services.roles.set({ name: kate.role, permissions: ['orders:read'] });
      for (const node of [there, here]) expect(await verify(node, kate.accessToken, 'permission=orders:refund')).toEqual([403, null]);
      for (const node of [there, here])
        expect(await verify(node, kate.accessToken, 'permission=orders:read')).toEqual([200, 'orders:read']);
    }
  });

  it('1 by the command line is refused by the next request too', async () => {
    const [first, second] = nodes();
    const kate = await personWith(first, ['orders:refund']);
    for (const node of [first, second]) expect((await verify(node, kate.accessToken, 'permission=orders:refund'))[0]).toBe(200);
    expect(await runCommand(first, ['role', 'set', kate.role, 'orders:read'])).toMatchObject({ code: 0 });
    for (const node of [first, second]) expect((await verify(node, kate.accessToken, 'permission=orders:refund'))[0]).toBe(403);
  });
});

onBothDatabases('Permissions', (house) => {
  it('2 are never in an access token, which stays below 1 kB with 16 roles', async () => {
    const kate = await newPerson(house());
    const roles = Array.from({ length: 16 }, (_, index) => `DEPARTMENT_OF_${index}`.slice(0, 16));
    for (const name of roles)
      await house().app.services.roles.set({ name, permissions: [`orders:${name.toLowerCase().replaceAll('_', '-')}`] });
    await house().app.services.users.setRoles(kate.id, roles);
    const { accessToken } = (await rest.send(house(), 'login', { username: kate.username, password: kate.password })).body;
    expect(accessToken.length).toBeLessThanOrEqual(1024);
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString());
    expect(claims.roles).toEqual(roles);
    expect(JSON.stringify(claims)).not.toContain('orders');
    expect((await rest.send(house(), 'profile', undefined, accessToken)).body.permissions).toHaveLength(16);
  });

  it('are the scope of introspection, where there are any', async () => {
    const client = await newServiceClient(house());
    const kate = await personWith(house(), ['orders:refund', 'orders:read']);
    const nobody = await newPerson(house());
    const introspect = async (token: string) => {
      const headers = { authorization: client.authorization, 'content-type': 'application/x-www-form-urlencoded' };
      return (await (
        await fetch(`${house().url}/v1/introspect`, { method: 'POST', headers, body: new URLSearchParams({ token }) })
      ).json()) as object;
    };
    expect(await introspect(kate.accessToken)).toMatchObject({ active: true, roles: [kate.role], scope: 'orders:read orders:refund' });
    expect(await introspect(nobody.accessToken)).not.toHaveProperty('scope');
  });

  it('are needed one and all by forward-auth, beside the roles that it asks for', async () => {
    const kate = await personWith(house(), ['orders:*']);
    const ask = async (query: string) => (await verify(house(), kate.accessToken, query))[0];
    expect(await ask('permission=orders:refund&permission=orders:read')).toBe(200);
    expect(await ask('permission=orders:refund&permission=users:read')).toBe(403);
    expect(await ask(`permission=orders:refund&role=${kate.role}`)).toBe(200);
    expect(await ask('permission=orders:refund&role=ADMIN')).toBe(403);
    expect(await ask('permission=orders:*')).toBe(200);
    for (const nothing of ['permission=', 'permission=orders', 'permission=*', 'permission=Orders:refund', 'permissions=orders:refund'])
      expect([nothing, await ask(nothing)]).toEqual([nothing, 403]);
    expect((await fetch(`${house().url}/v1/verify?permission=orders:refund`)).status).toBe(401);
  });

  it('are taken with the role by a deletion that is forced, with a row in the audit for each user', async () => {
    const kate = await personWith(house(), ['orders:refund']);
    const { roles, users, database } = house().app.services;
    await users.setRoles(kate.id, ['OTHER', kate.role, 'LAST']);
    await expect(roles.remove(kate.role, {})).rejects.toMatchObject({
      code: 'ROLE_IN_USE',
      details: { issues: [{ path: kate.role, message: 'is a role of 1 users' }] },
    });
    expect((await verify(house(), kate.accessToken, 'permission=orders:refund'))[0]).toBe(200);
    expect(await roles.remove(kate.role, { force: true })).toEqual({ name: kate.role, takenFrom: 1 });
    expect((await database.client.user.findUniqueOrThrow({ where: { id: kate.id } })).roles).toBe('OTHER LAST');
    expect(await verify(house(), kate.accessToken, '')).toEqual([200, '']);
    const events = await database.client.auditEvent.findMany({
      where: { detail: kate.role, event: { in: ['role.taken', 'role.deleted'] } },
    });
    expect(events.map(({ event, userId }) => [event, userId]).sort()).toEqual([
      ['role.deleted', null],
      ['role.taken', kate.id],
    ]);
  });

  it('take a role from hundreds of users, and from nobody whose role is only spelt alike', async () => {
    const name = `${uniqueName()}_x`;
    const { roles, database } = house().app.services;
    await roles.set({ name, permissions: [] });
    const now = new Date();
    const data = Array.from({ length: 250 }, (_, index) => {
      const id = `${name}-${index}`;
      const given = index < 240 ? `A ${name} B` : `A ${index % 2 ? name.toUpperCase() : name.replace('_', 'y')} B`;
      return { id, username: id, usernameKey: id, email: id, emailKey: id, roles: given, createdAt: now, updatedAt: now };
    });
    await database.client.user.createMany({ data });
    expect(await roles.remove(name, { force: true })).toEqual({ name, takenFrom: 240 });
    const left = await database.client.user.findMany({ where: { id: { startsWith: name } }, select: { roles: true } });
    expect(left.filter((user) => user.roles === 'A B')).toHaveLength(240);
    expect(left.filter((user) => user.roles.split(' ').length === 3)).toHaveLength(10);
  });
});

everywhere('The caller', (house, door) => {
  it('sees the own permissions, and may send them back with the profile', async () => {
    const kate = await personWith(house(), ['orders:refund', 'orders:read']);
    if (door.name === 'REST') {
      const profile = await rest.send(house(), 'profile', undefined, kate.accessToken);
      expect(profile.body.permissions).toEqual(['orders:read', 'orders:refund']);
      const { body } = await rest.send(house(), 'updateProfile', { ...profile.body, name: 'Kate' }, kate.accessToken);
      expect([body.name, body.permissions]).toEqual(['Kate', undefined]); // the user of other answers stays as it is
      const wider = { permissions: ['orders:*'] };
      expect((await rest.send(house(), 'updateProfile', wider, kate.accessToken)).body.issues).toEqual([
        { path: 'permissions', message: 'is not a field of this input' },
      ]);
    } else {
      const { body } = await postGraphQL(house(), '{ me { permissions } profile { permissions } }', {}, kate.accessToken);
      expect(body.data).toEqual({
        me: { permissions: ['orders:read', 'orders:refund'] },
        profile: { permissions: ['orders:read', 'orders:refund'] },
      });
      const login = await postGraphQL(house(), 'mutation($i: LoginInput!) { login(input: $i) { user { permissions } } }', {
        i: { username: kate.username, password: kate.password },
      });
      expect(login.body.data.login.user.permissions).toEqual(['orders:read', 'orders:refund']);
    }
  });
});

onBothDatabases('hasPermission', (house) => {
  it('says what the roles grant, and false to nobody and to who has none', async () => {
    const kate = await personWith(house(), ['orders:*']);
    const nobody = await newPerson(house());
    const ask = async (permission: string, token?: string) => {
      const { body } = await postGraphQL(house(), 'query($p: String!) { hasPermission(permission: $p) }', { p: permission }, token);
      return body.errors?.[0].extensions.code ?? body.data.hasPermission;
    };
    expect(await ask('orders:refund', kate.accessToken)).toBe(true);
    expect(await ask('users:read', kate.accessToken)).toBe(false);
    expect(await ask('orders:refund', nobody.accessToken)).toBe(false);
    expect(await ask('orders:refund', 'garbage')).toBe(false);
    expect(await ask('orders:refund')).toBe(false);
    for (const wrong of ['orders', '*', 'orders:*:own', '']) expect(await ask(wrong, kate.accessToken)).toBe('BAD_USER_INPUT');
  });

  it('one operation is judged by one state of the roles', async () => {
    const kate = await personWith(house(), ['orders:refund']);
    const { body } = await postGraphQL(
      house(),
      '{ a: hasPermission(permission: "orders:refund") b: hasPermission(permission: "orders:refund") }',
      {},
      kate.accessToken,
    );
    expect(body.data).toEqual({ a: true, b: true });
  });
});

it('both doors are there', () => expect(doors).toContain(graphql));
