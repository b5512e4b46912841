/** What happens to roles. `docs/audit.md` explains each. */
export const rolesEvents = {
  'role.created': 'An operator made a role; the detail tells its name and its permissions.',
  'role.changed': 'An operator changed a role; the detail tells its name, and what came (+) and went (-).',
  'role.deleted': 'An operator deleted a role; the detail tells its name.',
  'role.taken': 'A role was taken from a user, because an operator deleted it; the detail tells its name.',
} as const;

export type RolesEvent = keyof typeof rolesEvents;
