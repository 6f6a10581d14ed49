import { BookOpen, KeyRound, LayoutDashboard, type LucideIcon } from 'lucide-react';
import type { Permission } from '#server/access/schema.ts';

export interface DeskPage {
  href: string;
  label: string;
  icon: LucideIcon;
  /** After `g` it leads there. */
  key?: string;
  /** What one must hold to open it; left out where every role may. `server/http/site.ts` says the same, and a test holds both. */
  permission?: Permission;
}

/** What the header leads to, in its order. A page stands here once it is built. */
export const deskPages: readonly DeskPage[] = [
  { href: '/dashboard', label: 'Dashboard', icon: LayoutDashboard, key: 'd' },
  { href: '/tokens', label: 'Tokens', icon: KeyRound, key: 't' },
];

/** What the user menu leads to: pages about oneself. */
export const ownPages: readonly DeskPage[] = [
  { href: '/tokens', label: 'My tokens', icon: KeyRound },
  { href: '/docs/api', label: 'API', icon: BookOpen },
];

/** Of some pages those that whoever holds these permissions may open. */
export const pagesFor = (pages: readonly DeskPage[], held: readonly Permission[]): readonly DeskPage[] =>
  pages.filter(({ permission }) => !permission || held.includes(permission));
