'use client';
import { useQuery } from '@tanstack/react-query';
import { PencilLine, RefreshCw } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { ResourceHistory } from '#components/audit/resource-history.tsx';
import { ReachList } from '#components/resources/reach-list.tsx';
import { Button } from '#components/ui/button.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { AgentAdvice } from './agent-advice.tsx';
import { AgentFacts } from './agent-facts.tsx';
import { AgentMenu } from './agent-menu.tsx';
import { agentQuery } from './agent-query.ts';
import { type AgentOffers, offersOf, type Viewer } from './agent-rights.ts';
import { AgentStatusBadge } from './agent-status.tsx';
import { CurrentRotation } from './current-rotation.tsx';
import { RotationHistory } from './rotation-history.tsx';
import type { AgentActs } from './start-act.ts';

const againMs = 5_000;

interface AgentPanelProps {
  id: string;
  viewer: Viewer;
  acts: AgentActs;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One agent in full: how it is and what to do next, its rotations, what it may do and reach, and what happened to it. */
export function AgentPanel({ id, viewer, acts, returnTo, onClose }: AgentPanelProps) {
  const { data: item, error } = useQuery({ ...agentQuery(id), refetchInterval: againMs });
  const offers = item && offersOf(item, viewer);
  const ownActs = actsOfPanel(acts, onClose);
  return (
    <SidePanel
      title={item?.name ?? 'Agent'}
      description={
        item && (
          <span className="mt-1.5 flex flex-wrap items-center gap-2">
            <AgentStatusBadge status={item.status} />
            {item.prefix && <code className="font-mono text-xs">{item.prefix}</code>}
          </span>
        )
      }
      onClose={onClose}
      returnTo={returnTo}
      footer={
        offers &&
        Object.values(offers).some(Boolean) && <PanelActs item={item} offers={offers} acts={ownActs} />
      }
    >
      {!item && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {item && offers && (
        <div className="grid gap-6">
          <AgentAdvice item={item} offers={offers} acts={ownActs} />
          <CurrentRotation item={item} offers={offers} acts={ownActs} />
          <AgentFacts item={item} />
          <ReachList resources={item.resources} />
          <RotationHistory id={id} />
          {viewer.permissions.includes('audit:read') && (
            <ResourceHistory id={id} linkLabel="All in the audit log" />
          )}
        </div>
      )}
    </SidePanel>
  );
}

/** A dialog belongs to the page: the panel makes room for it. */
function actsOfPanel(acts: AgentActs, onClose: () => void): AgentActs {
  return {
    ...acts,
    onAsk(question, item) {
      onClose();
      acts.onAsk(question, item);
    },
  };
}

interface PanelActsProps {
  item: AgentView;
  offers: AgentOffers;
  acts: AgentActs;
}

/** The same as in the menu of its card: what is done most beside the menu of the rest. */
function PanelActs({ item, offers, acts }: PanelActsProps) {
  return (
    <>
      <AgentMenu
        label={`More actions for ${item.name}`}
        item={item}
        offers={{ ...offers, edit: false, rotate: false, cancel: false }}
        acts={acts}
        className="mr-auto"
      />
      {offers.edit && (
        <Button onClick={() => acts.onAsk('edit', item)}>
          <PencilLine aria-hidden />
          Edit…
        </Button>
      )}
      {offers.rotate && (
        <Button variant="primary" onClick={() => acts.onRotate(item)}>
          <RefreshCw aria-hidden />
          Rotate now
        </Button>
      )}
    </>
  );
}

function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading the agent" className="grid gap-3">
      <Skeleton className="mb-3 h-12 w-full" />
      {['w-64', 'w-52', 'w-60', 'w-56', 'w-40'].map((width) => (
        <Skeleton key={width} className={`h-3.5 max-w-full ${width}`} />
      ))}
    </div>
  );
}
