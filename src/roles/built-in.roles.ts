/** Names of roles that begin so are Gatehouse's own. */
export const ownRoles = 'GATEHOUSE_';

export interface BuiltInRole {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
}

/**
 * What every gateway has, and no row can change. None of them is called ADMIN: installations have that name for their own
 * application already, and it must not suddenly open anything here.
 */
export const builtInRoles: readonly BuiltInRole[] = [
  { name: 'GATEHOUSE_ADMIN', description: 'May do everything to Gatehouse.', permissions: ['admin:*'] },
  { name: 'GATEHOUSE_AUDITOR', description: 'May read the audit.', permissions: ['admin:audit:read'] },
  {
    name: 'GATEHOUSE_SUPPORT',
    description: 'May look at users and the audit, and end sessions.',
    permissions: ['admin:audit:read', 'admin:sessions:write', 'admin:users:read'],
  },
];
