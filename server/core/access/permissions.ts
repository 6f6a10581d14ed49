import { permissions, roles, type Grant, type Permission, type Role } from '#server/core/access/schema.ts';

const added: Record<Role, readonly Permission[]> = {
  viewer: ['profile:read', 'tokens:read', 'tokens:revoke', 'usage:read'],
  member: ['tokens:write', 'mcp:call', 'usage:write'],
  manager: [
    'agents:read',
    'agents:write',
    'agents:rotate',
    'keys:read',
    'keys:write',
    'mcp:manage',
    'budgets:write',
  ],
  admin: ['users:read', 'users:write', 'tokens:admin', 'audit:read', 'settings:write', 'verify'],
};

/** The one table of who may do what: each role holds all that the one before it holds. */
export const rolePermissions: Record<Role, ReadonlySet<Permission>> = roles.reduce(
  (table, role, index) => {
    const inherited = index === 0 ? [] : table[roles[index - 1] as Role];
    return { ...table, [role]: new Set([...inherited, ...added[role]]) };
  },
  {} as Record<Role, ReadonlySet<Permission>>,
);

/** What a request may do: its role's permissions ∩ its credential's. A session is granted all of its role's. */
export function effectivePermissions(role: Role, grant: Grant): ReadonlySet<Permission> {
  const allowed = rolePermissions[role];
  if (grant[0] === '*') return allowed;
  return new Set(
    permissions.filter((permission) => grant.includes(permission as never) && allowed.has(permission)),
  );
}

/** The permissions of a grant that the role does not hold, so cannot give away. */
export function permissionsBeyond(role: Role, grant: Grant): Permission[] {
  if (grant[0] === '*') return [];
  return (grant as Permission[]).filter((permission) => !rolePermissions[role].has(permission));
}
