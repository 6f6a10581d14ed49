'use client';
import { Bot, Plus, SearchX } from 'lucide-react';
import { type ReactNode, useCallback, useMemo } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { useAdding } from '#components/ui/use-adding.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { AgentCard } from './agent-card.tsx';
import { titleId } from './agent-ids.ts';
import { AgentListSkeleton } from './agent-list-skeleton.tsx';
import { offersOf } from './agent-rights.ts';
import { AgentsToolbar } from './agents-toolbar.tsx';
import { ownersOf } from './owners-of.ts';
import { useAgentActs } from './use-agent-acts.ts';
import { useAgentDialogs } from './use-agent-dialogs.tsx';
import { useAgentFilters } from './use-agent-filters.ts';
import { useAgents } from './use-agents.ts';
import { useViewer } from './use-viewer.ts';

const [NewAgentDialog, preloadNew] = lazyPart(
  async () => (await import('./new-agent-dialog.tsx')).NewAgentDialog,
);
const [AgentPanel] = lazyPart(async () => (await import('./agent-panel.tsx')).AgentPanel);

const newAgentButtonId = 'new-agent';
const keyOf = (item: AgentView) => item.id;
const cardHeight = 58;

/** The agents that one may see: everyone's, or one's own. */
export function AgentsView() {
  const { filters, isFiltered, setFilters, clearFilters } = useAgentFilters();
  const { agent: opened, add, ...shown } = filters;
  const list = useAgents(shown);
  const viewer = useViewer();
  const { ask, dialog } = useAgentDialogs();
  const acts = useAgentActs(setFilters, ask);
  const items = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const first = list.data?.pages[0];
  const hasNone = first !== undefined && !isFiltered && first.matching === 0;
  const matching = first && { count: first.matching, isExact: true };
  const summary = matchingWords(matching, { isFiltered, one: 'agent', many: 'agents' });
  const onClear = isFiltered ? clearFilters : undefined;
  const draw = useCallback(
    (item: AgentView) => <AgentCard item={item} isOpen={item.id === opened} viewer={viewer} acts={acts} />,
    [opened, viewer, acts],
  );
  const close = () => setFilters({ agent: null });
  const [isAdding, setIsAdding] = useAdding(add, setFilters);
  const stopAdding = () => setIsAdding(false);
  const mayAdd = viewer.permissions.includes('agents:write');
  const newAgent = mayAdd && (
    <Button
      id={newAgentButtonId}
      variant="primary"
      onPointerEnter={preloadNew}
      onFocus={preloadNew}
      onClick={() => setIsAdding(true)}
    >
      <Plus aria-hidden />
      New agent
    </Button>
  );
  return (
    <>
      <PageHead title="Agents">{!hasNone && newAgent}</PageHead>
      {!hasNone && (
        <>
          <AgentsToolbar
            filters={filters}
            counts={first?.counts}
            owners={ownersOf(items, filters.owner)}
            summary={summary}
            onChange={setFilters}
            onClear={onClear}
          />
          <ListSummary words={summary} onClear={items.length > 0 ? onClear : undefined}>
            {filters.resource && <Reaching resource={filters.resource} />}
          </ListSummary>
        </>
      )}
      {list.isPending && <AgentListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {hasNone && <NoneYet action={newAgent} />}
      {list.data && !hasNone && items.length === 0 && <NoneMatch onClear={onClear} />}
      {items.length > 0 && (
        <InfiniteList
          label="Agents"
          view={JSON.stringify(shown)}
          items={items}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={cardHeight}
          total={first?.matching}
          pages={list}
          keys={{
            d: (item) => item && offersOf(item, viewer).onOff && acts.onSwitch(item),
            r: (item) => item && offersOf(item, viewer).remove && acts.onAsk('remove', item),
          }}
        />
      )}
      {opened && (
        <AgentPanel
          key={opened}
          id={opened}
          viewer={viewer}
          acts={acts}
          returnTo={() => document.getElementById(titleId({ id: opened }))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {isAdding && mayAdd && (
        <NewAgentDialog
          returnTo={() => document.getElementById(newAgentButtonId)}
          onClose={stopAdding}
          onMissing={orSayMissing(stopAdding)}
        />
      )}
      {dialog}
    </>
  );
}

function Reaching({ resource }: { resource: string }) {
  return (
    <p className="mr-2">
      that reach <code className="font-mono text-xs break-all text-ink">{resource}</code>
    </p>
  );
}

function NoneYet({ action }: { action: ReactNode }) {
  return (
    <EmptyState icon={Bot} title="No agents yet" action={action}>
      An agent is a machine or a program that acts for a person, such as a build runner. It holds a secret of
      its own, stays connected, and has that secret replaced by itself.
      {!action && ' A manager can make one and transfer it to you.'}
    </EmptyState>
  );
}

function NoneMatch({ onClear }: { onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No agents match"
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      Try another status, or part of a name or prefix.
    </EmptyState>
  );
}
