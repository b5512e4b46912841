import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { addRoleCommands } from './role.commands';
import type { RoleTable } from './role-table';
import { rolesEvents } from './roles.events';
import { rolesOperations } from './roles.operations';
import type { RolesService } from './roles.service';

/** What roles stand for: permissions. */
export const rolesFeature: Feature<
  Foundation & { readonly audit: AuditService },
  { readonly roles: RolesService; readonly roleTable: RoleTable }
> = {
  name: 'roles',
  auditEvents: rolesEvents,
  operations: rolesOperations,
  serviceOf: ({ roles }) => roles,
  open: async (house) => {
    const { createRoleTable } = await import('./role-table');
    const { createRolesService } = await import('./roles.service');
    return { roles: createRolesService(house), roleTable: createRoleTable(house.database) };
  },
  resolvers: async ({ roleTable }) => {
    const { createRoleResolvers } = await import('./roles.resolver');
    return createRoleResolvers(roleTable);
  },
  commands: addRoleCommands,
};
