'use client';
import {
  ArrowRightLeft,
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
import { MenuPopup } from '#components/ui/menu-popup.tsx';
import type { MenuEntry, MenuPlace } from '#components/ui/menu.tsx';
import type { AgentMenuProps } from './agent-menu.tsx';
import { type AgentAct, actLabel, startAct } from './start-act.ts';

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

/** All that is offered, what is dangerous last. */
export function AgentMenuPopup({ label, item, offers, acts, ...place }: AgentMenuProps & MenuPlace) {
  return (
    <MenuPopup {...place} align="end" label={label} entries={entriesOf({ label, item, offers, acts })} />
  );
}

function entriesOf({ item, offers, acts }: AgentMenuProps): MenuEntry[] {
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
