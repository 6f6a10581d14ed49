import type { Permission } from '#server/access/schema.ts';

/** What each permission lets a token do, in a few words. */
export const permissionWords: Record<Permission, string> = {
  'profile:read': 'See who I am',
  'tokens:read': 'List my tokens',
  'tokens:revoke': 'Revoke my tokens',
  'tokens:write': 'Rename, disable and enable my tokens',
  'usage:read': 'See usage',
  'mcp:call': 'Call MCP tools',
  'usage:write': 'Report usage',
  'agents:read': 'List agents',
  'agents:write': 'Create, change and delete agents',
  'agents:rotate': 'Rotate what agents hold',
  'keys:read': 'List API keys',
  'keys:write': 'Create, change and revoke API keys',
  'mcp:manage': 'Manage MCP servers and tools',
  'budgets:write': 'Set budgets',
  'users:read': 'List users',
  'users:write': 'Create, change and deactivate users',
  'tokens:admin': 'List, disable and revoke everyone’s tokens',
  'audit:read': 'Read the audit log',
  'settings:write': 'Change settings',
  verify: 'Ask whether a credential may do something',
};

const groupWords: Record<string, string> = {
  profile: 'Profile',
  tokens: 'Tokens',
  usage: 'Usage and budgets',
  budgets: 'Usage and budgets',
  mcp: 'MCP',
  agents: 'Agents',
  keys: 'API keys',
  users: 'Users',
  audit: 'Audit and settings',
  settings: 'Audit and settings',
  verify: 'Verification',
};

export interface PermissionGroup {
  name: string;
  permissions: Permission[];
}

/** Those that match the search, by subject, in the order of the server's own list. */
export function permissionGroups(permissions: readonly Permission[], search: string): PermissionGroup[] {
  const wanted = search.trim().toLowerCase();
  const groups = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const group = groupWords[permission.split(':')[0] ?? ''] ?? 'Other';
    const text = `${permission} ${permissionWords[permission]} ${group}`.toLowerCase();
    if (text.includes(wanted)) groups.set(group, [...(groups.get(group) ?? []), permission]);
  }
  return Array.from(groups, ([name, members]) => ({ name, permissions: members }));
}
