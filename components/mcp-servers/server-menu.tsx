'use client';
import { Ellipsis, PencilLine, Power, Radio, ShieldCheck, Trash2 } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { MenuButton, type MenuEntry } from '#components/ui/menu.tsx';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { menuId, type ServerActs } from './server-acts.ts';

interface ServerMenuProps {
  server: ServerView;
  acts: ServerActs;
  /** The footer of the panel has these beside the menu. */
  isRest?: boolean;
}

/** What can be done to a server, the dangerous thing last. */
export function ServerMenu({ server, acts, isRest = false }: ServerMenuProps) {
  const label = isRest ? `More actions for ${server.alias}` : `Actions for ${server.alias}`;
  return (
    <MenuButton
      id={isRest ? undefined : menuId(server)}
      aria-label={label}
      menuLabel={label}
      entries={[...(isRest ? [] : beside(server, acts)), ...others(server, acts)]}
      className={buttonClass({ variant: 'ghost', size: 'icon', className: isRest ? 'mr-auto' : '' })}
    >
      <Ellipsis aria-hidden />
    </MenuButton>
  );
}

const beside = (server: ServerView, acts: ServerActs): MenuEntry[] => [
  { kind: 'action', label: 'Test now', icon: Radio, onSelect: () => acts.onTest(server) },
  { kind: 'action', label: 'Edit…', icon: PencilLine, onSelect: () => acts.onAsk('edit', server) },
];

const others = (server: ServerView, acts: ServerActs): MenuEntry[] => [
  {
    kind: 'action',
    label: server.trusted ? 'Stop trusting' : 'Trust…',
    icon: ShieldCheck,
    onSelect: () => (server.trusted ? acts.onDistrust(server) : acts.onAsk('trust', server)),
  },
  {
    kind: 'action',
    label: server.enabled ? 'Disable' : 'Enable',
    icon: Power,
    onSelect: () => acts.onSwitch(server),
  },
  { kind: 'separator' },
  {
    kind: 'action',
    label: 'Delete…',
    icon: Trash2,
    danger: true,
    onSelect: () => acts.onAsk('remove', server),
  },
];
