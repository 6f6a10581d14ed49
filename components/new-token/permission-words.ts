import type { Permission } from '#server/access/schema.ts';

interface PermissionGroup {
  name: string;
  permissions: { permission: Permission; words: string }[];
}

/** What a token can be given so far, and what each lets it do: the permissions of features that are still to come are not offered. */
const offered: PermissionGroup[] = [
  { name: 'Profile', permissions: [{ permission: 'profile:read', words: 'See who I am' }] },
  {
    name: 'Tokens',
    permissions: [
      { permission: 'tokens:read', words: 'List my tokens' },
      { permission: 'tokens:write', words: 'Rename, disable and enable my tokens' },
      { permission: 'tokens:revoke', words: 'Revoke my tokens' },
    ],
  },
  {
    name: 'Users',
    permissions: [
      { permission: 'users:read', words: 'List users' },
      { permission: 'users:write', words: 'Create, change and deactivate users' },
    ],
  },
  {
    name: 'Administration',
    permissions: [
      { permission: 'tokens:admin', words: 'List, disable and revoke everyone’s tokens' },
      { permission: 'audit:read', words: 'Read and verify the audit log' },
      { permission: 'settings:write', words: 'Decide on how long tokens may live' },
    ],
  },
];

/** Those among mine that match the search, by subject. */
export function permissionGroups(mine: readonly Permission[], search: string): PermissionGroup[] {
  const wanted = search.trim().toLowerCase();
  return offered.flatMap(({ name, permissions }) => {
    const found = permissions.filter(
      ({ permission, words }) =>
        mine.includes(permission) && `${permission} ${words} ${name}`.toLowerCase().includes(wanted),
    );
    return found.length > 0 ? [{ name, permissions: found }] : [];
  });
}
