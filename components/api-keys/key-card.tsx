'use client';
import { Ban, Ellipsis, PencilLine, Power, RefreshCw } from 'lucide-react';
import { resourceSummary } from '#components/resources/resource-words.ts';
import { hasEnded } from '#components/tokens/status.tsx';
import { menuId, TokenCard } from '#components/tokens/token-card.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import { KeyGraceStrip } from './key-grace-strip.tsx';
import type { KeyQuestion } from './use-key-dialogs.tsx';

export interface KeyActs {
  onOpen: (item: KeyView) => void;
  onAsk: (question: KeyQuestion, item: KeyView) => void;
  onSwitch: (item: KeyView) => void;
}

interface KeyCardProps {
  item: KeyView;
  isOpen: boolean;
  mayWrite: boolean;
  acts: KeyActs;
}

export function KeyCard({ item, isOpen, mayWrite, acts }: KeyCardProps) {
  const reach = `Reaches ${resourceSummary(item.resources)}`;
  return (
    <TokenCard
      token={item}
      isOpen={isOpen}
      onOpen={() => acts.onOpen(item)}
      owner={
        <span title={reach} className="truncate text-muted">
          {reach}
        </span>
      }
      menu={mayWrite ? <KeyMenu item={item} acts={acts} /> : null}
      foot={item.rotation && <KeyGraceStrip item={item} mayEnd={mayWrite} />}
    />
  );
}

function KeyMenu({ item, acts }: { item: KeyView; acts: KeyActs }) {
  const ask = (question: KeyQuestion) => () => acts.onAsk(question, item);
  const rotate: MenuEntry = {
    kind: 'action',
    label: 'Rotate…',
    icon: RefreshCw,
    onSelect: ask('rotate'),
  };
  const edit: MenuEntry = { kind: 'action', label: 'Edit…', icon: PencilLine, onSelect: ask('edit') };
  const onOff: MenuEntry = {
    kind: 'action',
    label: item.enabled ? 'Disable' : 'Enable',
    icon: Power,
    onSelect: () => acts.onSwitch(item),
  };
  const revoke: MenuEntry = {
    kind: 'action',
    label: 'Revoke…',
    icon: Ban,
    danger: true,
    onSelect: ask('revoke'),
  };
  if (item.status === 'revoked') return null;
  const isLive = !hasEnded(item.status);
  return (
    <MenuButton
      id={menuId(item)}
      aria-label={`Actions for ${item.name}`}
      menuLabel={`Actions for ${item.name}`}
      entries={[
        ...(isLive && item.enabled ? [rotate] : []),
        ...(isLive ? [edit, onOff, { kind: 'separator' } as const] : []),
        revoke,
      ]}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}
