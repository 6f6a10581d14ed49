import { KeyRound, LayoutDashboard } from 'lucide-react';

export const deskPages = [
  { href: '/dashboard', label: 'Dashboard', icon: LayoutDashboard },
  { href: '/tokens', label: 'Tokens', icon: KeyRound },
] as const;
