'use client';
import { KeySquare, Plus, SearchX } from 'lucide-react';
import { type ReactNode, useCallback, useMemo } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { titleId } from '#components/tokens/token-card.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list-skeleton.tsx';
import { Toolbar } from '#components/tokens/toolbar.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { useAdding } from '#components/ui/use-adding.ts';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import { type KeyActs, KeyCard } from './key-card.tsx';
import { useDisableKey, useEnableKey } from './use-key-changes.ts';
import { useKeyDialogs } from './use-key-dialogs.tsx';
import { type KeyFilters, useKeyFilters } from './use-key-filters.ts';
import { useKeys } from './use-keys.ts';

const [NewKeyDialog, preloadNew] = lazyPart(async () => (await import('./new-key-dialog.tsx')).NewKeyDialog);
const [KeyPanel] = lazyPart(async () => (await import('./key-panel.tsx')).KeyPanel);

const newKeyButtonId = 'new-key';
const keyOf = (item: KeyView) => item.id;
const cardHeight = 58;

/** The keys of the tenant: what services call with. */
export function KeysView() {
  const { filters, isFiltered, setFilters, clearFilters } = useKeyFilters();
  const { key: opened, add, ...shown } = filters;
  const list = useKeys(shown);
  const mayWrite = useMe().data?.permissions.includes('keys:write') ?? false;
  const { ask, dialog } = useKeyDialogs();
  const [isAdding, setIsAdding] = useAdding(add, setFilters);
  const acts = useKeyActs(setFilters, ask);
  const items = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const matching = list.data?.pages[0]?.matching;
  const hasNone = list.data?.pages[0]?.counts.total === 0;
  const summary = matchingWords(matching, { isFiltered, one: 'key', many: 'keys' });
  const onClear = isFiltered ? clearFilters : undefined;
  const draw = useCallback(
    (item: KeyView) => <KeyCard item={item} isOpen={item.id === opened} mayWrite={mayWrite} acts={acts} />,
    [opened, mayWrite, acts],
  );
  const close = () => setFilters({ key: null });
  const stopAdding = () => setIsAdding(false);
  const newKey = mayWrite && (
    <Button
      id={newKeyButtonId}
      variant="primary"
      onPointerEnter={preloadNew}
      onFocus={preloadNew}
      onClick={() => setIsAdding(true)}
    >
      <Plus aria-hidden />
      New key
    </Button>
  );
  return (
    <>
      <PageHead title="API keys">{!hasNone && newKey}</PageHead>
      {!hasNone && (
        <>
          <Toolbar
            filters={filters}
            counts={matching?.byStatus}
            summary={summary}
            onChange={setFilters}
            onClear={onClear}
          />
          <ListSummary words={summary} onClear={items.length > 0 ? onClear : undefined} />
        </>
      )}
      {list.isPending && <TokenListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {hasNone && <NoneYet action={newKey} />}
      {list.data && !hasNone && items.length === 0 && <NoneMatch onClear={onClear} />}
      {items.length > 0 && (
        <InfiniteList
          label="API keys"
          view={JSON.stringify(shown)}
          items={items}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={cardHeight}
          total={matching?.count}
          pages={list}
          keys={{
            d: (item) => item && mayWrite && acts.onSwitch(item),
            r: (item) => item && mayWrite && acts.onAsk('revoke', item),
          }}
        />
      )}
      {opened && (
        <KeyPanel
          key={opened}
          id={opened}
          mayWrite={mayWrite}
          acts={acts}
          returnTo={() => document.getElementById(titleId({ id: opened }))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {isAdding && (
        <NewKeyDialog
          returnTo={() => document.getElementById(newKeyButtonId)}
          onClose={stopAdding}
          onMissing={orSayMissing(stopAdding)}
        />
      )}
      {dialog}
    </>
  );
}

/** The same object while nothing about it changes, so that rows are not drawn again. */
function useKeyActs(setFilters: (change: Partial<KeyFilters>) => void, onAsk: KeyActs['onAsk']): KeyActs {
  const { mutate: disable } = useDisableKey();
  const { mutate: enable } = useEnableKey();
  return useMemo(
    () => ({
      onOpen: ({ id }) => setFilters({ key: id }),
      onAsk,
      onSwitch: ({ id, enabled }) => (enabled ? disable : enable)({ id }),
    }),
    [setFilters, onAsk, disable, enable],
  );
}

function NoneYet({ action }: { action: ReactNode }) {
  return (
    <EmptyState icon={KeySquare} title="No API keys yet" action={action}>
      A key lets a service make calls with just the permissions and resources you name. It belongs to everyone
      here and keeps working after its maker leaves.
    </EmptyState>
  );
}

function NoneMatch({ onClear }: { onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No keys match"
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      Try another status, or part of a name or prefix.
    </EmptyState>
  );
}
