import {
  agentPermissions,
  keyPermissions,
  permissions,
  roles,
  type Grant,
  type Permission,
  type Role,
} from '#server/core/access/schema.ts';

const added: Record<Role, readonly Permission[]> = {
  viewer: ['profile:read', 'tokens:read', 'tokens:revoke', 'usage:read'],
  member: ['tokens:write', 'tokens:rotate_self', 'mcp:call', 'llm:call', 'usage:write', 'budgets:ask'],
  manager: [
    'agents:read',
    'agents:write',
    'agents:rotate',
    'keys:read',
    'keys:write',
    'mcp:manage',
    'usage:read_all',
    'budgets:write',
  ],
  admin: [
    'users:read',
    'users:write',
    'tokens:admin',
    'audit:read',
    'settings:write',
    'providers:write',
    'users:provision',
    'verify',
  ],
};

/** Of the one table of who may do what: each role holds all that the one before it holds. */
export const rolePermissions: Record<Role, ReadonlySet<Permission>> = roles.reduce(
  (table, role, index) => {
    const inherited = index === 0 ? [] : table[roles[index - 1] as Role];
    return { ...table, [role]: new Set([...inherited, ...added[role]]) };
  },
  {} as Record<Role, ReadonlySet<Permission>>,
);

/** What may be held by something that is no person. */
export type MachinePermission = (typeof keyPermissions)[number] | (typeof agentPermissions)[number];

const machinePermissions: ReadonlySet<Permission> = new Set([...keyPermissions, ...agentPermissions]);

export function isMachinePermission(permission: Permission): permission is MachinePermission {
  return machinePermissions.has(permission);
}

/** Held only by a credential that names it: a credential is not to renew itself because it may do everything. */
const optIn: ReadonlySet<Permission> = new Set(['tokens:rotate_self']);

/** Who holds a grant, as far as it decides what the grant is worth. An agent's role is its owner's. */
export type Holder =
  | { kind: 'user'; role: Role; isPlatformAdmin: boolean }
  | { kind: 'key' }
  | { kind: 'agent'; role: Role };

const tableOf = (hold: (role: Role) => ReadonlySet<Permission>) =>
  Object.fromEntries(roles.map((role) => [role, hold(role)])) as Record<Role, ReadonlySet<Permission>>;

const platformPermissions = tableOf((role) => new Set([...rolePermissions[role], 'tenants:write']));
const agentCeilings = tableOf((role) => rolePermissions[role].intersection(new Set(agentPermissions)));
const keyCeiling: ReadonlySet<Permission> = new Set(keyPermissions);

/** The most that a holder may do at this moment, however much was granted. */
export function ceilingOf(holder: Holder): ReadonlySet<Permission> {
  if (holder.kind === 'key') return keyCeiling;
  if (holder.kind === 'agent') return agentCeilings[holder.role];
  return (holder.isPlatformAdmin ? platformPermissions : rolePermissions)[holder.role];
}

/** The same set for all who hold `*` under one ceiling. */
const wholes = new Map<ReadonlySet<Permission>, ReadonlySet<Permission>>();

/** What a request may do: its holder's ceiling ∩ its credential's grant. A session is granted all of it. */
export function effectivePermissions(holder: Holder, grant: Grant): ReadonlySet<Permission> {
  const ceiling = ceilingOf(holder);
  if (grant[0] === '*') return wholeOf(ceiling);
  return new Set(
    permissions.filter((permission) => grant.includes(permission as never) && ceiling.has(permission)),
  );
}

function wholeOf(ceiling: ReadonlySet<Permission>): ReadonlySet<Permission> {
  const known = wholes.get(ceiling);
  if (known) return known;
  const whole = ceiling.difference(optIn);
  wholes.set(ceiling, whole);
  return whole;
}

/** The permissions of a grant that are not among those held, so cannot be given away. */
export function permissionsBeyond(held: ReadonlySet<Permission>, grant: Grant): Permission[] {
  if (grant[0] === '*') return [];
  return (grant as Permission[]).filter((permission) => !held.has(permission));
}
