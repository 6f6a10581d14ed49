import { BookOpen, KeyRound, Terminal, UserRound } from 'lucide-react';
import type { DeskPage } from './pages.ts';

/** What the user menu leads to: pages about oneself. */
export const ownPages: readonly DeskPage[] = [
  { href: '/tokens', label: 'My tokens', icon: KeyRound },
  { href: '/account', label: 'Account', icon: UserRound },
  { href: '/install', label: 'Install the command line', icon: Terminal },
  { href: '/docs/api', label: 'API', icon: BookOpen },
];
