'use client';
import { ChevronDown, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useMe } from '#components/sessions/use-me.ts';
import { useSignOut } from '#components/sessions/use-sign-out.ts';
import { Avatar } from '#components/ui/avatar.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { ProfileView } from '#server/core/access/schema.ts';
import { ownPages, pagesFor } from './pages.ts';
import { chooseTheme, themes, useTheme } from './theme.ts';

const themeOptions = [
  { value: 'system', label: 'System', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const;

export function UserMenu() {
  const { data: me } = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  if (!me?.user) return <Skeleton className="mr-5 ml-1 size-7 rounded-full!" />;

  const entries: MenuEntry[] = [
    { kind: 'text', text: <Person user={me.user} /> },
    { kind: 'separator' },
    ...pagesFor(ownPages, me.permissions).map((page) => ({ kind: 'link', ...page }) as const),
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
  return (
    <MenuButton
      aria-label={`Account of ${me.user.name}`}
      menuLabel="Account"
      entries={entries}
      className="group -mr-1 flex items-center gap-1 rounded-full p-1 text-faint transition-colors duration-120 hover:bg-hover hover:text-ink aria-expanded:bg-hover"
    >
      <Avatar name={me.user.name} />
      <ChevronDown
        aria-hidden
        className="size-4 transition-transform duration-150 ease-out group-aria-expanded:rotate-180"
      />
    </MenuButton>
  );
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
