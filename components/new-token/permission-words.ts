import type { Permission } from '#server/core/access/schema.ts';

const groups = ['Profile', 'Tokens', 'Users', 'Services', 'Administration'] as const;

interface Offer {
  group: (typeof groups)[number];
  words: string;
}

interface PermissionGroup {
  name: string;
  permissions: { permission: Permission; words: string }[];
}

/** What each permission lets a token do; null: nothing yet, for the feature is still to come, so it is not offered. */
const offers: Record<Permission, Offer | null> = {
  'profile:read': { group: 'Profile', words: 'See who is calling' },
  'tokens:read': { group: 'Tokens', words: 'List my tokens' },
  'tokens:write': { group: 'Tokens', words: 'Rename, disable and enable my tokens' },
  'tokens:revoke': { group: 'Tokens', words: 'Revoke my tokens' },
  'usage:read': { group: 'Tokens', words: 'See own usage' },
  'users:read': { group: 'Users', words: 'List users' },
  'users:write': { group: 'Users', words: 'Create, change and deactivate users' },
  'mcp:call': { group: 'Services', words: 'Call MCP servers behind Keyward' },
  verify: { group: 'Services', words: 'Verify other people’s tokens, for a service' },
  'tokens:admin': { group: 'Administration', words: 'List, disable and revoke everyone’s tokens' },
  'audit:read': { group: 'Administration', words: 'Read and verify the audit log' },
  'settings:write': { group: 'Administration', words: 'Change the settings' },
  'usage:write': null,
  'usage:read_all': null,
  'tokens:rotate_self': null,
  'llm:call': { group: 'Services', words: 'Call models through services behind Keyward' },
  'budgets:ask': null,
  'providers:write': null,
  'users:provision': null,
  'agents:read': null,
  'agents:write': null,
  'agents:rotate': null,
  'keys:read': { group: 'Administration', words: 'List API keys, and see who can reach what' },
  'keys:write': { group: 'Administration', words: 'Rename, narrow, disable and revoke API keys' },
  'tenants:write': { group: 'Administration', words: 'Add, suspend and delete tenants' },
  'mcp:manage': null,
  'budgets:write': null,
};
const offered = Object.entries(offers).flatMap(([permission, offer]) =>
  offer ? [{ permission: permission as Permission, ...offer }] : [],
);

/** Those among the held ones that match the search, by subject. */
export function permissionGroups(held: readonly Permission[], search: string): PermissionGroup[] {
  const wanted = search.trim().toLowerCase();
  const found = offered.filter(
    ({ permission, words, group }) =>
      held.includes(permission) && `${permission} ${words} ${group}`.toLowerCase().includes(wanted),
  );
  return groups.flatMap((name) => {
    const permissions = found.filter(({ group }) => group === name);
    return permissions.length > 0 ? [{ name, permissions }] : [];
  });
}
