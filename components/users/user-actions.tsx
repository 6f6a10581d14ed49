'use client';
import {
  Ellipsis,
  KeyRound,
  Link2,
  LogOut,
  MailPlus,
  PencilLine,
  ScrollText,
  Trash2,
  UserX,
} from 'lucide-react';
import { deskPages } from '#components/frame/pages.ts';
import { useHasPasswords } from '#components/sessions/use-ways.ts';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { UserView } from '#server/people/users/schema.ts';
import type { Question } from './use-user-dialogs.tsx';

const isBuilt = (href: string) => deskPages.some((page) => page.href === href);

/** Where a person's tokens and audit rows are, as far as there are pages for them. */
export function placesOf({ id, email }: UserView) {
  return [
    { href: '/admin/tokens', query: `user=${encodeURIComponent(email)}`, label: 'Tokens', icon: KeyRound },
    { href: '/admin/audit', query: `actor=${id}`, label: 'Audit', icon: ScrollText },
  ]
    .filter(({ href }) => isBuilt(href))
    .map(({ href, query, ...place }) => ({ ...place, href: `${href}?${query}` }));
}

interface UserActionsProps {
  user: UserView;
  isSelf: boolean;
  onAsk: (question: Question, user: UserView) => void;
  onSignOut: (user: UserView) => void;
}

/** What can be done to a person. Nobody resets, deactivates or deletes themselves, so that is not offered. */
export function UserActions({ user, isSelf, onAsk, onSignOut }: UserActionsProps) {
  const hasPasswords = useHasPasswords();
  if (user.status === 'deleted') return <span className="size-8" />;
  const action = (label: string, icon: typeof Link2, question: Question): MenuEntry => ({
    kind: 'action',
    label,
    icon,
    onSelect: () => onAsk(question, user),
  });
  const isActive = user.status === 'active';
  const entries: MenuEntry[] = [
    action('Edit…', PencilLine, 'edit'),
    ...(isActive && (user.isInvited || (!hasPasswords && !isSelf))
      ? [action(user.isInvited ? 'Invite again…' : 'Invite link…', MailPlus, 'invite')]
      : []),
    ...(isSelf || !isActive || !hasPasswords ? [] : [action('Reset link…', Link2, 'reset')]),
    ...(isSelf || !hasPasswords ? [] : [action('Set password…', KeyRound, 'set-password')]),
    { kind: 'action', label: 'Sign out everywhere', icon: LogOut, onSelect: () => onSignOut(user) },
    ...(isSelf ? [] : [{ kind: 'separator' } as const]),
    ...(isSelf || !isActive ? [] : [action('Deactivate…', UserX, 'deactivate')]),
    ...(isSelf ? [] : [{ ...action('Delete…', Trash2, 'delete'), danger: true } as MenuEntry]),
  ];
  return (
    <MenuButton
      aria-label={`Actions for ${user.name}`}
      menuLabel={`Actions for ${user.name}`}
      entries={entries}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}
