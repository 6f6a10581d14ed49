'use client';
import { Ellipsis } from 'lucide-react';
import type { ComponentProps } from 'react';
import { buttonClass } from '#components/ui/button.tsx';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { MenuTrigger } from '#components/ui/menu.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentOffers } from './agent-rights.ts';
import type { AgentActs } from './start-act.ts';

const [Popup, preload] = lazyPart(async () => (await import('./agent-menu-popup.tsx')).AgentMenuPopup);

export interface AgentMenuProps {
  /** "Actions for build-runner-1" */
  label: string;
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

/** A button that opens to what can be done to an agent; nothing where that is nothing. */
export function AgentMenu({
  id,
  className,
  ...menu
}: AgentMenuProps & Pick<ComponentProps<'button'>, 'id' | 'className'>) {
  if (!Object.values(menu.offers).some(Boolean)) return <span />;
  return (
    <MenuTrigger
      id={id}
      aria-label={menu.label}
      onNear={preload}
      Menu={Popup}
      menuProps={menu}
      className={buttonClass({ variant: 'ghost', size: 'icon', className })}
    >
      <Ellipsis aria-hidden />
    </MenuTrigger>
  );
}
