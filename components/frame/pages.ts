import {
  Bot,
  Building2,
  House,
  KeyRound,
  KeySquare,
  Link2,
  type LucideIcon,
  Plug,
  ScrollText,
  Settings2,
  Users,
} from 'lucide-react';
import type { Permission } from '#server/core/access/schema.ts';

export interface DeskPage {
  href: string;
  label: string;
  icon: LucideIcon;
  /** After `g` it leads there. */
  key?: string;
  /** Needed to open it; left out where every role may. `server/doors/pages/site.ts` says the same, and a test holds both. */
  permission?: Permission;
}

/** One entry of the navigation: one thing, however many pages show it. */
export interface NavEntry extends DeskPage {
  /** The same for everyone: a switch on either page leads to the other. */
  everyone?: DeskPage;
  /** Pages that this one leads to; they have no entry of their own. */
  inner?: readonly DeskPage[];
}

export interface NavGroup {
  label?: string;
  entries: readonly NavEntry[];
}

/** What the navigation leads to, in its order. A page stands here once it is built. */
export const navigation: readonly NavGroup[] = [
  {
    entries: [
      { href: '/dashboard', label: 'Home', icon: House, key: 'h' },
      {
        href: '/tokens',
        label: 'Tokens',
        icon: KeyRound,
        key: 't',
        everyone: {
          href: '/admin/tokens',
          label: 'Everyone’s tokens',
          icon: KeyRound,
          key: 'e',
          permission: 'tokens:admin',
        },
      },
      // Of one's own: machines act for those who may also make tokens.
      { href: '/agents', label: 'Agents', icon: Bot, key: 'a', permission: 'tokens:write' },
      {
        href: '/admin/keys',
        label: 'API keys',
        icon: KeySquare,
        key: 'k',
        permission: 'keys:read',
      },
    ],
  },
  {
    label: 'Gateway',
    // Members see the tools that they may call.
    entries: [{ href: '/mcp-servers', label: 'MCP servers', icon: Plug, key: 'm', permission: 'mcp:call' }],
  },
  {
    label: 'Admin',
    entries: [
      {
        href: '/admin/users',
        label: 'Users',
        icon: Users,
        key: 'p',
        permission: 'users:read',
        inner: [{ href: '/admin/links', label: 'Open links', icon: Link2, permission: 'users:read' }],
      },
      { href: '/admin/audit', label: 'Audit log', icon: ScrollText, key: 'l', permission: 'audit:read' },
      {
        href: '/admin/settings',
        label: 'Settings',
        icon: Settings2,
        key: 's',
        permission: 'settings:write',
        inner: [{ href: '/admin/tenants', label: 'Tenants', icon: Building2, permission: 'tenants:write' }],
      },
    ],
  },
];

/** Every page that the navigation leads to, at once or by another. */
export const deskPages: readonly DeskPage[] = navigation
  .flatMap(({ entries }) => entries)
  .flatMap((entry) => [entry, ...(entry.everyone ? [entry.everyone] : []), ...(entry.inner ?? [])]);

/** The pages that these permissions open. */
export const pagesFor = <Page extends DeskPage>(pages: readonly Page[], held: readonly Permission[]) =>
  pages.filter(({ permission }) => !permission || held.includes(permission));

/** The navigation of a holder of these permissions; a group appears only with something in it. */
export const navigationFor = (held: readonly Permission[]): readonly NavGroup[] =>
  navigation
    .map((group) => ({ ...group, entries: pagesFor(group.entries, held) }))
    .filter(({ entries }) => entries.length > 0);

/** How an entry is marked on a page: it is the page, or the way to it. */
export function currentFor(
  { href, everyone, inner }: NavEntry,
  pathname: string,
): 'page' | 'true' | undefined {
  if (pathname === href) return 'page';
  const isBelow = pathname === everyone?.href || inner?.some((page) => page.href === pathname);
  return isBelow ? 'true' : undefined;
}
