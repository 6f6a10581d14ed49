import { rolePermissions } from '#server/core/access/permissions.ts';
import type { Permission, Role } from '#server/core/access/schema.ts';
import type { Purpose } from '#server/core/one-time-codes/queries.ts';

/** What it takes to hand out a code of each purpose; null: nothing but being signed in. */
const rights: Record<Purpose, Permission | null> = {
  first_admin: null,
  invite: 'users:write',
  reset: 'users:write',
  password: 'users:write',
  magic: null,
  setup: 'tokens:write',
  device: 'tokens:write',
  agent: 'agents:write',
};

/** The least role that may hand out a code of a purpose. */
export function requiredRole(purpose: Purpose): Role {
  const right = rights[purpose];
  const roles = Object.keys(rolePermissions) as Role[];
  const least = roles.find((role) => right === null || rolePermissions[role].has(right));
  if (!least) throw new Error(`no role holds ${right}`);
  return least;
}

/** Whether a person may have several codes of a purpose, one for each machine, so that using one ends no other. */
export function isPerMachine(purpose: Purpose): boolean {
  return purpose === 'setup' || purpose === 'device' || purpose === 'agent';
}
