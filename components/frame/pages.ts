import {
  BookOpen,
  KeyRound,
  KeySquare,
  LayoutDashboard,
  Link2,
  type LucideIcon,
  ScrollText,
  Terminal,
  UserRound,
  Users,
} from 'lucide-react';
import { triageKeys } from '#components/admin-tokens/triage-keys.ts';
import type { Permission } from '#server/core/access/schema.ts';

export interface DeskPage {
  href: string;
  label: string;
  icon: LucideIcon;
  /** After `g` it leads there. */
  key?: string;
  /** The keys that work on it alone. */
  keys?: readonly (readonly [key: string, what: string])[];
  /** What one must hold to open it; left out where every role may. `server/doors/pages/site.ts` says the same, and a test holds both. */
  permission?: Permission;
}

/** What the header leads to, in its order. A page stands here once it is built. */
export const deskPages: readonly DeskPage[] = [
  { href: '/dashboard', label: 'Dashboard', icon: LayoutDashboard, key: 'd' },
  { href: '/tokens', label: 'Tokens', icon: KeyRound, key: 't' },
  { href: '/admin/users', label: 'Users', icon: Users, key: 'u', permission: 'users:read' },
  {
    href: '/admin/tokens',
    label: 'All tokens',
    icon: KeySquare,
    key: 'k',
    permission: 'tokens:admin',
    keys: triageKeys,
  },
  { href: '/admin/audit', label: 'Audit', icon: ScrollText, key: 'l', permission: 'audit:read' },
];

/** Pages that other pages lead to, and the palette. */
export const innerPages: readonly DeskPage[] = [
  { href: '/admin/links', label: 'Open links', icon: Link2, permission: 'users:read' },
];

/** What the user menu leads to: pages about oneself. */
export const ownPages: readonly DeskPage[] = [
  { href: '/tokens', label: 'My tokens', icon: KeyRound },
  { href: '/account', label: 'Account', icon: UserRound },
  { href: '/install', label: 'Install the command line', icon: Terminal },
  { href: '/docs/api', label: 'API', icon: BookOpen },
];

/** Of some pages those that whoever holds these permissions may open. */
export const pagesFor = (pages: readonly DeskPage[], held: readonly Permission[]): readonly DeskPage[] =>
  pages.filter(({ permission }) => !permission || held.includes(permission));
