'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ownPages } from '#components/frame/own-pages.ts';
import { type DeskPage, pagesFor } from '#components/frame/pages.ts';
import { CommandMenu, type CommandGroup } from '#components/ui/command-menu.tsx';
import type { Permission, ProfileView } from '#server/core/access/schema.ts';
import { matching, searchable } from './matching.ts';
import { pageWords } from './page-words.ts';
import { useActs } from './use-acts.ts';
import { useFound } from './use-found.ts';

interface PaletteProps {
  user: ProfileView;
  permissions: readonly Permission[];
  pages: readonly DeskPage[];
  onNewToken: () => void;
  onKeys: () => void;
  onClose: () => void;
}

export function Palette({ user, permissions, pages, onNewToken, onKeys, onClose }: PaletteProps) {
  const router = useRouter();
  const [text, setText] = useState('');
  const onAddPerson = () => router.push('/admin/users?add=true');
  const onNewAgent = () => router.push('/agents?add=true');
  const onNewKey = () => router.push('/admin/keys?add=true');
  const onAddServer = () => router.push('/mcp-servers?add=true');
  const acts = useActs({
    user,
    permissions,
    onNewToken,
    onNewAgent,
    onNewKey,
    onAddServer,
    onAddPerson,
    onKeys,
  });
  const found = useFound(searchable(text), pages);
  const isOnce = ({ href }: DeskPage) => !pages.some((page) => page.href === href);
  const everyPage = [...pages, ...pagesFor(ownPages, permissions).filter(isOnce)];
  const leadingTo = everyPage.map(({ href, label, icon, key }) => ({
    id: `page${href}${label}`,
    label,
    words: pageWords[href] ?? '',
    icon,
    keys: key && `g ${key}`,
    onChoose: () => router.push(href),
  }));
  const groups: CommandGroup[] = [
    { label: 'Pages', commands: matching(leadingTo, text) },
    ...found.groups,
    { label: 'Actions', commands: matching(acts, text) },
  ].filter(({ commands }) => commands.length > 0);

  return (
    <CommandMenu
      label="Search or run a command"
      placeholder={
        permissions.includes('users:read') ? 'Page, person, token or action' : 'Page, token or action'
      }
      text={text}
      onText={setText}
      groups={groups}
      busy={found.busy}
      onClose={onClose}
    />
  );
}
