'use client';
import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useSignOut } from '#components/sessions/use-sign-out.ts';
import { Avatar } from '#components/ui/avatar.tsx';
import { MenuPopup } from '#components/ui/menu-popup.tsx';
import type { MenuEntry, MenuPlace } from '#components/ui/menu.tsx';
import type { Permission, ProfileView } from '#server/core/access/schema.ts';
import { ownPages } from './own-pages.ts';
import { pagesFor } from './pages.ts';
import { chooseTheme, themes, useTheme } from './theme.ts';

const themeOptions = [
  { value: 'system', label: 'System', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const;

interface UserMenuPopupProps extends MenuPlace {
  user: ProfileView;
  permissions: readonly Permission[];
}

export function UserMenuPopup({ user, permissions, ...place }: UserMenuPopupProps) {
  const theme = useTheme();
  const signOut = useSignOut();
  const entries: MenuEntry[] = [
    { kind: 'text', text: <Person user={user} /> },
    { kind: 'separator' },
    ...pagesFor(ownPages, permissions).map((page) => ({ kind: 'link', ...page }) as const),
    { kind: 'separator' },
    {
      kind: 'choice',
      label: 'Theme',
      value: theme,
      options: themeOptions,
      onChoose: (value) => chooseTheme(themes.find((known) => known === value) ?? 'system'),
    },
    { kind: 'separator' },
    { kind: 'action', label: 'Sign out', icon: LogOut, onSelect: signOut },
  ];
  return <MenuPopup {...place} label="Account" entries={entries} align="end" />;
}

function Person({ user }: { user: ProfileView }) {
  return (
    <div className="flex items-center gap-3">
      <Avatar name={user.name} size="lg" />
      <div className="min-w-0">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-sm text-muted">{user.email}</p>
        <p className="text-sm text-faint capitalize">{user.role}</p>
      </div>
    </div>
  );
}
