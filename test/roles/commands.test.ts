// Permissions, chapter 2 of the design: the checks 4, 5 and 8.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command';
import { newPerson, uniqueName } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newFolder } from '../support/process';
import { databaseKinds } from '../support/stage';

describe.each(databaseKinds)('gatehouse role, on %s', (kind) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(kind);
  });
  afterEach(() => house.close());

  const run = (...args: string[]) => runCommand(house, args);
  const json = async (...args: string[]) => {
    const { code, out, err } = await run(...args, '--json');
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out);
  };
  const apply = (content: unknown, ...options: string[]) => {
    const file = join(newFolder(), 'roles.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return run('role', 'apply', file, ...options);
  };
  const ours = async () => ((await json('role', 'list')) as { name: string; builtIn: boolean }[]).filter(({ builtIn }) => !builtIn);
  const permissionsOf = async (accessToken: string) =>
    (
      (await (await fetch(`${house.url}/v1/profile`, { headers: { authorization: `Bearer ${accessToken}` } })).json()) as {
        permissions: string[];
      }
    ).permissions;
  const events = async () =>
    (
      await house.app.services.database.client.auditEvent.findMany({ where: { event: { startsWith: 'role.' } }, orderBy: { at: 'asc' } })
    ).map(({ event, detail }) => [event, detail]);

  it('set makes a role, changes it, and says what came and went', async () => {
    expect(await run('role', 'set', 'SUPPORT', 'orders:refund', 'orders:read', '--description', 'Answers customers')).toMatchObject({
      code: 0,
      out: 'SUPPORT is created: orders:read orders:refund\n',
    });
    expect((await run('role', 'set', 'SUPPORT', 'orders:read', 'users:*')).out).toBe('SUPPORT is changed: orders:read users:*\n');
    expect((await run('role', 'set', 'SUPPORT', 'users:*', 'orders:read')).out).toBe('SUPPORT is unchanged: orders:read users:*\n');
    expect(await ours()).toEqual([
      { name: 'SUPPORT', description: 'Answers customers', permissions: ['orders:read', 'users:*'], builtIn: false },
    ]);
    expect(await events()).toEqual([
      ['role.created', 'SUPPORT orders:read orders:refund'],
      ['role.changed', 'SUPPORT +users:* -orders:refund'],
    ]);
    expect((await run('role', 'list')).out).toMatch(
      /GATEHOUSE_ADMIN +admin:\* .*\(built in\)[\s\S]*SUPPORT +orders:read users:\* +Answers customers/,
    );
  });

  it.each([
    [['role', 'set', 'GATEHOUSE_ADMIN', 'orders:read'], 'must not begin with GATEHOUSE_'],
    [['role', 'set', 'A B', 'orders:read'], 'name must be 1 to 64 letters'],
    [['role', 'set', 'A', 'admin:users:read'], 'must not begin with admin:'],
    [['role', 'set', 'A', 'admin:*'], 'must not begin with admin:'],
    [['role', 'set', 'A', '*'], 'permissions.0 must be two to four parts'],
    [['role', 'set', 'A', 'orders:read', 'Orders'], 'permissions.1 must be two to four parts'],
    [['role', 'set', 'A', '--description', 'x\u0007'], 'description must not contain control characters'],
    [['role', 'delete', 'NOBODY', '--yes'], 'NOT_FOUND: there is no role "NOBODY"'],
    [['role', 'delete', 'GATEHOUSE_ADMIN', '--yes'], 'FORBIDDEN'],
    [['role', 'apply', 'nowhere.json'], 'nowhere.json must be a JSON file in UTF-8 that can be read'],
  ])('refuses %j with its reason', async (args, words) => {
    const { code, out, err } = await run(...args);
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(words)]);
    expect(await ours()).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it('holds 200 roles, and not one more', async () => {
    const roles = Array.from({ length: 200 }, (_, index) => ({ name: `R${index}`, permissions: [] }));
    expect((await apply({ roles })).code).toBe(0);
    expect(await run('role', 'set', 'ONE-MORE')).toMatchObject({ code: 1, err: expect.stringContaining('more than 200 roles') });
    expect(await ours()).toHaveLength(200);
    expect((await apply({ roles: [...roles, { name: 'ONE-MORE', permissions: [] }] })).code).toBe(1);
  });

  it('5 apply twice changes nothing the second time, and exits with 0', async () => {
    const file = {
      roles: [
        { name: 'SUPPORT', description: 'Answers', permissions: ['orders:refund', 'orders:read'] },
        { name: 'BILLING', permissions: ['invoices:*'] },
      ],
    };
    expect(await apply(file)).toMatchObject({ code: 0, out: 'created  SUPPORT\ncreated  BILLING\n' });
    const before = await events();
    const rows = await house.app.services.database.client.role.findMany();
    expect(await apply(file)).toMatchObject({ code: 0, out: 'Nothing has changed.\n', err: '' });
    expect(await apply(file, '--prune', '--yes', '--json')).toMatchObject({
      code: 0,
      out: `${JSON.stringify({ created: [], changed: [], deleted: [] }, null, 2)}\n`,
    });
    expect([await events(), await house.app.services.database.client.role.findMany()]).toEqual([before, rows]);
  });

  it('apply --prune deletes what the file does not name, unless users have it and nothing forces it: then nothing is changed', async () => {
    const kate = await newPerson(house);
    await run('role', 'set', 'OLD', 'orders:read');
    await run('role', 'set', 'UNUSED', 'orders:read');
    await run('user', 'set-roles', kate.username, 'OLD');
    const file = { roles: [{ name: 'NEW', permissions: ['orders:read'] }] };
    expect(await apply(file, '--prune')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ROLE_IN_USE: Users have this role.\n  OLD is a role of 1 users'),
    });
    expect((await ours()).map(({ name }) => name)).toEqual(['OLD', 'UNUSED']);
    expect((await apply(file)).out).toBe('created  NEW\n');
    expect((await apply(file, '--prune', '--force')).out).toBe('deleted  OLD (taken from 1 users)\ndeleted  UNUSED\n');
    expect((await ours()).map(({ name }) => name)).toEqual(['NEW']);
    expect(await permissionsOf(kate.accessToken)).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'must be a JSON file'],
    ['a list', [], 'must be an object'],
    [
      'a role twice',
      {
        roles: [
          { name: 'A', permissions: [] },
          { name: 'A', permissions: [] },
        ],
      },
      'must name each role once',
    ],
    ['an unknown member', { roles: [{ name: 'A', permissions: [], scopes: [] }] }, 'roles.0.scopes is not a field of this input'],
    [
      'one of ours',
      {
        roles: [
          { name: 'A', permissions: ['orders:read'] },
          { name: 'GATEHOUSE_X', permissions: ['admin:*'] },
        ],
      },
      'roles.1.permissions.0 must not begin',
    ],
  ])('apply refuses %s, and changes nothing', async (_what, content, words) => {
    expect(await apply(content)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(words) });
    expect(await ours()).toEqual([]);
  });

  it('4 a role that nobody has described is no error, grants nothing, and is named by set-roles and doctor', async () => {
    const kate = await newPerson(house);
    expect(await run('user', 'set-roles', kate.username, 'UNKNOWN')).toMatchObject({ code: 0, err: '' }); // no role is described at all
    expect(await permissionsOf(kate.accessToken)).toEqual([]);
    await run('role', 'set', 'SUPPORT', 'orders:read');
    expect(await run('user', 'set-roles', kate.username, 'UNKNOWN,SUPPORT')).toMatchObject({
      code: 0,
      err: 'The role UNKNOWN stands for no permission: see gatehouse role list\n',
    });
    expect(await permissionsOf(kate.accessToken)).toEqual(['orders:read']);
    const { findings } = JSON.parse((await run('doctor', '--json')).out) as {
      findings: { subject: string; state: string; what: string }[];
    };
    expect(findings.filter(({ subject }) => subject === 'roles')).toMatchObject([
      { state: 'warning', what: 'users have UNKNOWN, which stand for no permission' },
    ]);
  });

  it('8 users named ADMIN open nothing new: no permission of ours, and no role of ours has that name', async () => {
    const kate = await newPerson(house, { username: uniqueName() });
    await run('user', 'set-roles', kate.username, 'ADMIN');
    expect(await permissionsOf(kate.accessToken)).toEqual([]);
    const ask = (query: string) => fetch(`${house.url}/v1/verify?${query}`, { headers: { authorization: `Bearer ${kate.accessToken}` } });
    expect((await ask('permission=admin:users:read')).status).toBe(403);
    expect((await ask('permission=admin:*')).status).toBe(403);
    expect((await ask('role=ADMIN')).status).toBe(200);
    expect((await ask('role=GATEHOUSE_ADMIN')).status).toBe(403);
    await run('user', 'set-roles', kate.username, 'GATEHOUSE_ADMIN');
    expect((await ask('permission=admin:users:read')).status).toBe(200);
  });
});
