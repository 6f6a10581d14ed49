'use client';
import { Ban, Ellipsis, Eye, Power, UserX } from 'lucide-react';
import { hasEnded } from '#components/tokens/status.tsx';
import { menuId, TokenCard } from '#components/tokens/token-card.tsx';
import { Avatar } from '#components/ui/avatar.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';

export interface AdminCardActs {
  onOpen: (token: AdminTokenView) => void;
  onToggle: (id: string, withRange: boolean) => void;
  onSwitch: (token: AdminTokenView) => void;
  onRevoke: (tokens: AdminTokenView[]) => void;
}

interface AdminCardProps {
  token: AdminTokenView;
  isOpen: boolean;
  isSelected: boolean;
  acts: AdminCardActs;
}

export function AdminCard({ token, isOpen, isSelected, acts }: AdminCardProps) {
  const { owner } = token;
  return (
    <TokenCard
      token={token}
      isOpen={isOpen}
      onOpen={() => acts.onOpen(token)}
      owner={
        <span title={owner.name} className="flex max-w-full min-w-0 items-center gap-1.5 text-muted">
          <Avatar name={owner.name} size="sm" />
          {!owner.active && (
            <UserX role="img" aria-label="Deactivated:" className="size-3.5 shrink-0 text-danger" />
          )}
          <span className="truncate">{owner.email}</span>
        </span>
      }
      select={
        <Checkbox
          checked={isSelected}
          className="relative z-1 -my-2 -ml-2 gap-0! p-2"
          onChange={(event) => acts.onToggle(token.id, (event.nativeEvent as MouseEvent).shiftKey)}
        >
          <span className="sr-only">
            Select {token.name} of {owner.email}
          </span>
        </Checkbox>
      }
      menu={<CardMenu token={token} acts={acts} />}
    />
  );
}

function CardMenu({ token, acts }: { token: AdminTokenView; acts: AdminCardActs }) {
  const open: MenuEntry = { kind: 'action', label: 'Open', icon: Eye, onSelect: () => acts.onOpen(token) };
  const change: MenuEntry = {
    kind: 'action',
    label: token.enabled ? 'Disable' : 'Enable',
    icon: Power,
    onSelect: () => acts.onSwitch(token),
  };
  const revoke: MenuEntry = {
    kind: 'action',
    label: 'Revoke…',
    icon: Ban,
    danger: true,
    onSelect: () => acts.onRevoke([token]),
  };
  return (
    <MenuButton
      id={menuId(token)}
      aria-label={`Actions for ${token.name} of ${token.owner.email}`}
      menuLabel={`Actions for ${token.name}`}
      entries={[
        open,
        ...(hasEnded(token.status) ? [] : [change]),
        ...(token.status === 'revoked' ? [] : [{ kind: 'separator' } as const, revoke]),
      ]}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}
