// Permissions, chapter 2 of the design: commands that change roles at the same time.
import { uniqueName } from '../support/doors';
import { onTwoNodes } from '../support/house';

onTwoNodes('Roles that are applied by several commands at once', (nodes) => {
  it('are there once, with one event each, and every command is answered', async () => {
    const [first] = nodes();
    const names = Array.from({ length: 5 }, () => uniqueName().toUpperCase());
    const file = { roles: names.map((name) => ({ name, permissions: ['orders:read'] })) };
    const applied = await Promise.all(Array.from({ length: 8 }, (_, turn) => nodes()[turn % 2]?.app.services.roles.apply(file, {})));
    expect(applied.flatMap((each) => each?.created ?? []).sort()).toEqual([...names].sort());
    expect((await first.app.services.roles.list()).filter(({ name }) => names.includes(name))).toHaveLength(5);
    const { client } = first.app.services.database;
    expect(await client.auditEvent.count({ where: { event: 'role.created', detail: { contains: 'orders:read' } } })).toBe(5);
  });
});
