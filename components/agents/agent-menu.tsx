'use client';
import {
  ArrowRightLeft,
  Ellipsis,
  Hand,
  type LucideIcon,
  PencilLine,
  Play,
  Power,
  RefreshCw,
  Terminal,
  Trash2,
  X,
} from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { menuId } from './agent-ids.ts';
import type { AgentOffers } from './agent-rights.ts';
import { type AgentAct, actLabel, type AgentActs, startAct } from './start-act.ts';

const icons: Record<AgentAct, LucideIcon> = {
  rotate: RefreshCw,
  cancel: X,
  code: Terminal,
  edit: PencilLine,
  transfer: ArrowRightLeft,
  pause: Hand,
  resume: Play,
  onOff: Power,
  remove: Trash2,
};
const groups: readonly (readonly AgentAct[])[] = [
  ['rotate', 'cancel', 'code', 'edit', 'transfer'],
  ['pause', 'resume', 'onOff'],
  ['remove'],
];

interface AgentMenuProps {
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

/** All that can be done to an agent, what is dangerous last. */
export function AgentMenu({ item, offers, acts }: AgentMenuProps) {
  const entries = menuEntries(item, offers, acts);
  if (entries.length === 0) return <span />;
  return (
    <MenuButton
      id={menuId(item)}
      aria-label={`Actions for ${item.name}`}
      menuLabel={`Actions for ${item.name}`}
      entries={entries}
      className={buttonClass({ variant: 'ghost', size: 'icon' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}

export function menuEntries(item: AgentView, offers: AgentOffers, acts: AgentActs): MenuEntry[] {
  const entryOf = (act: AgentAct): MenuEntry => ({
    kind: 'action',
    label: actLabel(act, item),
    icon: icons[act],
    danger: act === 'remove',
    onSelect: () => startAct(act, item, acts),
  });
  return groups
    .map((group) => group.filter((act) => offers[act]).map(entryOf))
    .filter((group) => group.length > 0)
    .flatMap((group, index): MenuEntry[] => (index > 0 ? [{ kind: 'separator' }, ...group] : group));
}
