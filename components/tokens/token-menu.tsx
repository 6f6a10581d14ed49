'use client';
import { Ban, Ellipsis, PencilLine, Power, RefreshCw } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { menuId } from './token-card.tsx';
import { offersOf, type TokenRights } from './token-offers.ts';
import type { TokenQuestion } from './use-token-dialogs.tsx';

export interface TokenActs {
  onOpen: (token: TokenView) => void;
  onAsk: (question: TokenQuestion, token: TokenView) => void;
  onSwitch: (token: TokenView) => void;
}

interface TokenMenuProps {
  token: TokenView;
  rights: TokenRights;
  acts: TokenActs;
}

export function TokenMenu({ token, rights, acts }: TokenMenuProps) {
  const rotate: MenuEntry = {
    kind: 'action',
    label: 'Rotate…',
    icon: RefreshCw,
    onSelect: () => acts.onAsk('rotate', token),
  };
  const rename: MenuEntry = {
    kind: 'action',
    label: 'Rename…',
    icon: PencilLine,
    onSelect: () => acts.onAsk('rename', token),
  };
  const onOff: MenuEntry = {
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
    onSelect: () => acts.onAsk('revoke', token),
  };
  const offers = offersOf(token, rights);
  const entries = [
    ...(offers.rotate ? [rotate] : []),
    ...(offers.rename ? [rename] : []),
    ...(offers.onOff ? [onOff] : []),
    ...(offers.rename ? [{ kind: 'separator' } as const] : []),
    ...(offers.revoke ? [revoke] : []),
  ];
  if (entries.length === 0) return null;
  return (
    <MenuButton
      id={menuId(token)}
      aria-label={`Actions for ${token.name}`}
      menuLabel={`Actions for ${token.name}`}
      entries={entries}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}
