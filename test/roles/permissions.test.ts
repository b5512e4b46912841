// Permissions, chapter 2 of the design. The checks by number: 1 and 2 in roles.test.ts, 3 and 6 here, 4, 5 and 8 in commands.test.ts, 7 in same-verdict.test.ts.
import fc from 'fast-check';
import type { RoleGrants } from '../../src/database/database';
import { isPermission, toPermissions } from '../../src/roles/permissions';
import { createRoleTable } from '../../src/roles/role-table';

it('3 a wildcard grants what begins so, however many parts it has, and nothing else', () => {
  const { grants } = toPermissions(['orders:*', 'users:profile:*']);
  const asked = [
    'orders:refund',
    'orders:refund:own',
    'orders:refund:own:now',
    'ordersx:a',
    'orders',
    'order:s',
    'users:profile',
    'users:profile:read',
  ];
  expect(asked.filter(grants)).toEqual(['orders:refund', 'orders:refund:own', 'orders:refund:own:now', 'users:profile:read']);
});

it('a question with a wildcard is granted by the same or a wider one alone', () => {
  expect(toPermissions(['orders:*']).grants('orders:*')).toBe(true);
  expect(toPermissions(['orders:*']).grants('orders:refund:*')).toBe(true);
  expect(toPermissions(['orders:refund:*']).grants('orders:*')).toBe(false);
  expect(toPermissions(['orders:refund', 'orders:read']).grants('orders:*')).toBe(false);
});

it.each([
  ['orders:refund', true],
  ['orders:refund:own:now', true],
  ['orders:*', true],
  ['o-1:r-2', true],
  ['orders', false],
  ['*', false],
  ['orders:*:own', false],
  ['*:read', false],
  ['Orders:refund', false],
  ['orders:', false],
  [':orders', false],
  ['a:b:c:d:e', false],
  [`${'a'.repeat(33)}:b`, false],
  ['1orders:refund', false],
  ['orders:refund ', false],
  ['orders:ref*', false],
])('%s is a permission: %s', (text, expected) => expect(isPermission(text)).toBe(expected));

const part = fc.constantFrom('a', 'b', 'ab', 'c-1');
const parts = fc.array(part, { minLength: 2, maxLength: 4 });
const exact = parts.map((each) => each.join(':'));
const held = fc.oneof(
  exact,
  fc.array(part, { minLength: 1, maxLength: 3 }).map((each) => [...each, '*'].join(':')),
);
const roles = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C', 'D'), permissions: fc.array(held, { maxLength: 5 }) }), {
  selector: ({ name }) => name,
});

/** As somebody would write it who has only read the rule. */
const naively = (permissions: readonly string[], asked: string): boolean =>
  permissions.some((each) => each === asked || (each.endsWith(':*') && asked.startsWith(each.slice(0, -1))));

it('6 what roles grant is what a naive evaluation says, for random roles, users and questions', async () => {
  await fc.assert(
    fc.asyncProperty(
      roles,
      fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'X'), { maxLength: 4 }),
      fc.array(exact, { minLength: 1 }),
      async (all, names, asked) => {
        const rows: RoleGrants[] = all.map(({ name, permissions }) => ({ name, permissions: permissions.join(' ') }));
        const { permissionsOf } = createRoleTable({ readCurrentRoles: async () => rows });
        const { list, grants } = await permissionsOf(names.join(' '));
        const theirs = all.filter(({ name }) => names.includes(name)).flatMap(({ permissions }) => permissions);
        expect(asked.map(grants)).toEqual(asked.map((each) => naively(theirs, each)));
        expect(list).toEqual([...new Set(theirs)].sort());
        expect((await permissionsOf(names.join(' '))).list).toBe(list); // made once
      },
    ),
    { numRuns: 300 },
  );
});
