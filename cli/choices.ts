import { Option } from 'commander';
import type { Permission, ResourceType, Role } from '#server/core/access/schema.ts';
import type { AgentStatus } from '#server/credentials/agents/schema.ts';
import type { AdminTokenSort, UseWindow } from '#server/credentials/token-triage/schema.ts';
import type { TokenStatus } from '#server/credentials/tokens/schema.ts';
import type { TenantStatus } from '#server/people/tenants/schema.ts';
import type { UserStatus } from '#server/people/users/schema.ts';
import { usage } from './client/errors.ts';

/** The server's names by their types, which leave none out: its schemas would bring along what checks them there. */
const namesOf = <Name extends string>(names: Record<Name, true>) => Object.keys(names) as Name[];

export const roles = namesOf<Role>({ viewer: true, member: true, manager: true, admin: true });
export const tokenStatuses = namesOf<TokenStatus>({
  active: true,
  expiring: true,
  blocked: true,
  expired: true,
  disabled: true,
  revoked: true,
});
export const userStatuses = namesOf<UserStatus>({ active: true, deactivated: true, deleted: true });
export const agentStatuses = namesOf<AgentStatus>({
  never_connected: true,
  online: true,
  offline: true,
  rotation_pending: true,
  rotation_stuck: true,
  paused: true,
  disabled: true,
});
export const tenantStatuses = namesOf<TenantStatus>({
  active: true,
  suspended: true,
  deleted: true,
  purged: true,
});
export const resourceTypes = namesOf<ResourceType>({
  agent: true,
  flow: true,
  mcp_tool: true,
  vector_store: true,
  llm_model: true,
});
export const useWindows = namesOf<UseWindow>({
  never: true,
  '24h': true,
  '7d': true,
  '30d': true,
  '90d+': true,
});
export const adminTokenSorts = namesOf<AdminTokenSort>({
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
  owner: true,
  name: true,
});
export const orders = ['asc', 'desc'];

const permissions = namesOf<Permission>({
  'profile:read': true,
  'tokens:read': true,
  'tokens:revoke': true,
  'usage:read': true,
  'tokens:write': true,
  'tokens:rotate_self': true,
  'mcp:call': true,
  'llm:call': true,
  'usage:write': true,
  'budgets:ask': true,
  'agents:read': true,
  'agents:write': true,
  'agents:rotate': true,
  'keys:read': true,
  'keys:write': true,
  'mcp:manage': true,
  'usage:read_all': true,
  'budgets:write': true,
  'users:read': true,
  'users:write': true,
  'tokens:admin': true,
  'audit:read': true,
  'settings:write': true,
  'providers:write': true,
  'users:provision': true,
  verify: true,
  'tenants:write': true,
});

/** An option that takes one of some words. */
export function choiceOf(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words);
}

/** Before anybody is asked to confirm what the server would refuse. */
export function assertPermissions(names: string[] | undefined): Permission[] | undefined {
  // An empty variable in a script must not ask for everything.
  if (names?.length === 0) throw usage('Which permission?', `Known are ${permissions.join(', ')}.`);
  const isKnown = (name: string): name is Permission => permissions.some((known) => known === name);
  const unknown = names?.filter((name) => !isKnown(name)) ?? [];
  if (unknown.length === 0) return names?.filter(isKnown);
  throw usage(`Unknown permission ${unknown.join(', ')}.`, `Known are ${permissions.join(', ')}.`);
}
