'use client';
import {
  AtSign,
  Bot,
  Fingerprint,
  Keyboard,
  KeySquare,
  LogOut,
  Monitor,
  Moon,
  Plug,
  Plus,
  Sun,
  UserPlus,
} from 'lucide-react';
import { chooseTheme } from '#components/frame/theme.ts';
import { useSignOut } from '#components/sessions/use-sign-out.ts';
import type { Command } from '#components/ui/command-menu.tsx';
import { toast } from '#components/ui/toast.ts';
import type { Permission, ProfileView } from '#server/core/access/schema.ts';

interface Acting {
  user: ProfileView;
  permissions: readonly Permission[];
  onNewToken: () => void;
  onNewAgent: () => void;
  onNewKey: () => void;
  onAddServer: () => void;
  onAddPerson: () => void;
  onKeys: () => void;
}

type Act = Command & { /** What else one may call it. */ words?: string };

/** What can be done from anywhere, by whoever may do it. */
export function useActs({ user, permissions, ...on }: Acting): Act[] {
  const signOut = useSignOut();
  const newToken: Act = {
    id: 'new-token',
    label: 'New token',
    words: 'create make credential',
    icon: Plus,
    onChoose: on.onNewToken,
  };
  const newAgent: Act = {
    id: 'new-agent',
    label: 'New agent',
    words: 'create make enroll machine',
    icon: Bot,
    onChoose: on.onNewAgent,
  };
  const newKey: Act = {
    id: 'new-key',
    label: 'New API key',
    words: 'create make credential service',
    icon: KeySquare,
    onChoose: on.onNewKey,
  };
  const addServer: Act = {
    id: 'add-server',
    label: 'Add an MCP server',
    words: 'create new tools gateway',
    icon: Plug,
    onChoose: on.onAddServer,
  };
  const addPerson: Act = {
    id: 'add-person',
    label: 'Add a person',
    words: 'create invite new user',
    icon: UserPlus,
    onChoose: on.onAddPerson,
  };
  return [
    ...(permissions.includes('tokens:write') ? [newToken] : []),
    ...(permissions.includes('agents:write') ? [newAgent] : []),
    ...(permissions.includes('keys:write') ? [newKey] : []),
    ...(permissions.includes('mcp:manage') ? [addServer] : []),
    ...(permissions.includes('users:write') ? [addPerson] : []),
    ...themeActs,
    {
      id: 'copy-id',
      label: 'Copy my user id',
      icon: Fingerprint,
      onChoose: () => void copy('Your user id', user.id),
    },
    {
      id: 'copy-email',
      label: 'Copy my e-mail address',
      icon: AtSign,
      onChoose: () => void copy('Your e-mail address', user.email),
    },
    {
      id: 'keys',
      label: 'Keyboard shortcuts',
      words: 'help',
      icon: Keyboard,
      keys: '?',
      onChoose: on.onKeys,
    },
    { id: 'sign-out', label: 'Sign out', words: 'log logout leave', icon: LogOut, onChoose: signOut },
  ];
}

const themeActs: Act[] = [
  { id: 'light', label: 'Light theme', icon: Sun, onChoose: () => chooseTheme('light') },
  { id: 'dark', label: 'Dark theme', icon: Moon, onChoose: () => chooseTheme('dark') },
  { id: 'system', label: 'System theme', icon: Monitor, onChoose: () => chooseTheme('system') },
];

async function copy(what: string, text: string) {
  try {
    await navigator.clipboard.writeText(text);
    toast({ title: `${what} was copied`, detail: text, about: 'copied' });
  } catch {
    toast({ title: 'The browser did not allow copying', detail: text, variant: 'error', about: 'copied' });
  }
}
