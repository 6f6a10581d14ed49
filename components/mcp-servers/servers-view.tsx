'use client';
import { useQuery } from '@tanstack/react-query';
import { Plug, Plus, SearchX } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { useAdding } from '#components/ui/use-adding.ts';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { addButtonId, titleId } from './server-acts.ts';
import { ServerCard } from './server-card.tsx';
import { ServerListSkeleton } from './server-list-skeleton.tsx';
import { serversQuery } from './servers-query.ts';
import { ServersToolbar } from './servers-toolbar.tsx';
import { useServerActs } from './use-server-acts.ts';
import { useServerDialogs } from './use-server-dialogs.tsx';
import { matchingServers, useServerFilters } from './use-server-filters.ts';

const [AddServerDialog, preloadAdd] = lazyPart(
  async () => (await import('./add-server-dialog.tsx')).AddServerDialog,
);
const [ServerPanel] = lazyPart(async () => (await import('./server-panel.tsx')).ServerPanel);

const keyOf = (server: ServerView) => server.id;
const cardHeight = 58;
/** A tenant has 100 servers at most: they come at once. */
const onePage = {
  hasNextPage: false,
  isFetching: false,
  isFetchingNextPage: false,
  isFetchNextPageError: false,
  isPlaceholderData: false,
  fetchNextPage: () => Promise.resolve(),
};

/** The tool servers of the tenant, for those who manage them. */
export function ServersView() {
  const { filters, isFiltered, setFilters, clearFilters } = useServerFilters();
  const { server: opened, add, ...shown } = filters;
  const { data, error, isPending } = useQuery(serversQuery);
  const { ask, dialog } = useServerDialogs();
  const acts = useServerActs(setFilters, ask);
  const [isAdding, setIsAdding] = useAdding(add, setFilters);
  const items = matchingServers(data?.items ?? [], filters);
  const hasNone = data?.items.length === 0;
  const matching = data && { count: items.length, isExact: true };
  const summary = matchingWords(matching, { isFiltered, one: 'server', many: 'servers' });
  const onClear = isFiltered ? clearFilters : undefined;
  const draw = useCallback(
    (server: ServerView) => <ServerCard server={server} isOpen={server.id === opened} acts={acts} />,
    [opened, acts],
  );
  const close = () => setFilters({ server: null });
  const stopAdding = () => setIsAdding(false);
  const addServer = (
    <Button
      id={addButtonId}
      variant="primary"
      onPointerEnter={preloadAdd}
      onFocus={preloadAdd}
      onClick={() => setIsAdding(true)}
    >
      <Plus aria-hidden />
      Add server
    </Button>
  );
  return (
    <>
      <PageHead title="MCP servers">{!hasNone && addServer}</PageHead>
      {!hasNone && (
        <>
          <ServersToolbar
            filters={filters}
            servers={data?.items}
            summary={summary}
            onChange={setFilters}
            onClear={onClear}
          />
          <ListSummary words={summary} onClear={items.length > 0 ? onClear : undefined} />
        </>
      )}
      {isPending && <ServerListSkeleton />}
      {error && !data && <Failed error={error} />}
      {hasNone && <NoneYet action={addServer} />}
      {data && !hasNone && items.length === 0 && <NoneMatch onClear={clearFilters} />}
      {items.length > 0 && (
        <InfiniteList
          label="MCP servers"
          view={JSON.stringify(shown)}
          items={items}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={cardHeight}
          pages={onePage}
          keys={{
            d: (server) => server && acts.onSwitch(server),
            r: (server) => server && acts.onAsk('remove', server),
          }}
        />
      )}
      {opened && (
        <ServerPanel
          key={opened}
          id={opened}
          acts={acts}
          returnTo={() => document.getElementById(titleId({ id: opened }))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {isAdding && (
        <AddServerDialog
          returnTo={() => document.getElementById(addButtonId)}
          onClose={stopAdding}
          onMissing={orSayMissing(stopAdding)}
        />
      )}
      {dialog}
    </>
  );
}

function NoneYet({ action }: { action: ReactNode }) {
  return (
    <EmptyState icon={Plug} title="No MCP servers yet" action={action}>
      An MCP server offers tools to AI clients, such as searching a tracker. Add one, and people may call its
      tools, and the keys and agents that name them. A tool that changes what it says is held back until
      someone has read the difference.
    </EmptyState>
  );
}

function NoneMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No servers match"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      Try another status, or part of an alias or address.
    </EmptyState>
  );
}
