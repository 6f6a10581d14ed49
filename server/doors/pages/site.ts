import type { Permission } from '#server/core/access/schema.ts';

/** Who may see a page: anyone, whoever is signed in, a permission's holders, or the first admin to be. */
export type PageAccess = 'anyone' | 'signed-in' | 'setup' | Permission;

const pages: Record<string, PageAccess> = {
  '/': 'anyone',
  '/login': 'anyone',
  '/setup': 'setup',
  '/invite': 'anyone',
  '/reset': 'anyone',
  '/magic': 'anyone',
  '/install': 'anyone',
  '/account': 'signed-in',
  '/device': 'signed-in',
  '/dashboard': 'signed-in',
  '/tokens': 'tokens:read',
  '/agents': 'tokens:write',
  '/mcp-servers': 'mcp:call',
  '/docs/api': 'signed-in',
  '/admin/tokens': 'tokens:admin',
  '/admin/audit': 'audit:read',
  '/admin/keys': 'keys:read',
  '/admin/settings': 'settings:write',
  '/admin/tenants': 'tenants:write',
};

/** Admins' pages are nobody else's business, built or not. */
const adminPages = '/admin/';

const moved: Record<string, string> = {
  '/profile': '/tokens',
  '/admin': '/admin/users',
  '/api': '/docs/api',
};

/** Who may see the page at a path, without its trailing slash; undefined where there is none. */
export function pageAccess(path: string): PageAccess | undefined {
  if (Object.hasOwn(pages, path)) return pages[path];
  return `${path}/`.startsWith(adminPages) ? 'users:read' : undefined;
}

/** Where an address of old is now. */
export function movedTo(path: string): string | undefined {
  return Object.hasOwn(moved, path) ? moved[path] : undefined;
}
