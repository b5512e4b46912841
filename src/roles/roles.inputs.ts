import { z } from 'zod';
import { expected, inputObject, text } from '../input';
import { roleName, roleNameRule } from '../users/user';
import { ownRoles } from './built-in.roles';
import { isPermission, ownPermissions, permissionRule } from './permissions';

export const maxRoles = 200;
const maxPermissions = 500;

const name = z
  .string(expected('a text'))
  .regex(roleName, `must be ${roleNameRule}`)
  .refine((value) => !value.startsWith(ownRoles), `must not begin with ${ownRoles}: those are Gatehouse's own`);

const rolePermission = z
  .string(expected('a text'))
  .refine(isPermission, `must be ${permissionRule}`)
  .refine((value) => !value.startsWith(ownPermissions), `must not begin with ${ownPermissions} which is Gatehouse's own`);

/** What an operator says of a role. Without a description the one that is there stays. */
export const roleInput = inputObject({
  name,
  description: text(200)
    .refine((value) => !/\p{Cc}/u.test(value), 'must not contain control characters')
    .optional(),
  permissions: z
    .array(rolePermission, expected('a list'))
    .max(maxPermissions, `must be at most ${maxPermissions} permissions`)
    .transform((list) => [...new Set(list)].sort()),
});

/** The file of `gatehouse role apply`. */
export const rolesInput = inputObject({
  roles: z
    .array(roleInput, expected('a list'))
    .max(maxRoles, `must be at most ${maxRoles} roles`)
    .refine((roles) => new Set(roles.map((role) => role.name)).size === roles.length, 'must name each role once'),
});

/** What a caller asks for. */
export const askedPermissionInput = inputObject({
  permission: z.string(expected('a text')).refine(isPermission, `must be ${permissionRule}`),
});
