'use client';
import { ScanSearch, SearchX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { hasEnded } from '#components/tokens/status.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list-skeleton.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import type { RowKeys } from '#components/ui/use-row-keys.ts';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import { AdminCard } from './admin-card.tsx';
import { AdminToolbar } from './admin-toolbar.tsx';
import { SelectAllButton } from './select-all-button.tsx';
import { useAdminFilters } from './use-admin-filters.ts';
import { useAdminTokens } from './use-admin-tokens.ts';
import { useSelectAll } from './use-select-all.ts';
import { useSelection } from './use-selection.ts';
import { useTriageChange } from './use-triage-changes.ts';

const [Panel] = lazyPart(async () => (await import('./admin-token-panel.tsx')).AdminTokenPanel);
const [BulkBar] = lazyPart(async () => (await import('./bulk-bar.tsx')).BulkBar);
const [RevokeDialog] = lazyPart(async () => (await import('./revoke-tokens-dialog.tsx')).RevokeTokensDialog);
const [IdentifyDialog] = lazyPart(async () => (await import('./identify-dialog.tsx')).IdentifyDialog);

const keyOf = (token: AdminTokenView) => token.id;
const cardOf = (id: string | undefined) => document.getElementById(`token-${id}`);

export function AdminTokensView() {
  const { filters, isFiltered, setFilters, clearFilters } = useAdminFilters();
  const { token: opened, ...shown } = filters;
  const list = useAdminTokens(shown);
  const tokens = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const ids = useMemo(() => tokens.map(keyOf), [tokens]);
  const selection = useSelection(ids);
  const { change, isPending } = useTriageChange();
  const [revoking, setRevoking] = useState<AdminTokenView[]>([]);
  const [isIdentifying, setIdentifying] = useState(false);
  const counts = list.data?.pages[0]?.counts;
  const matching = list.data?.pages[0]?.matching;
  const summary = matchingWords(matching, { isFiltered, one: 'token', many: 'tokens' });
  const onClear = isFiltered ? clearFilters : undefined;

  const open = useCallback(({ id }: AdminTokenView) => setFilters({ token: id }), [setFilters]);
  const switchOne = useCallback(
    ({ id, enabled }: AdminTokenView) => change({ ids: [id], action: enabled ? 'disable' : 'enable' }),
    [change],
  );
  const { isSelected, toggle } = selection;
  const draw = useCallback(
    (token: AdminTokenView) => (
      <AdminCard
        token={token}
        isOpen={token.id === opened}
        isSelected={isSelected(token.id)}
        acts={{ onOpen: open, onToggle: toggle, onSwitch: switchOne, onRevoke: setRevoking }}
      />
    ),
    [opened, isSelected, open, toggle, switchOne],
  );
  const disableSelected = () =>
    change({ ids: selection.selected, action: 'disable' }, { onSuccess: selection.clear });
  const revokeSelected = () => setRevoking(tokens.filter(({ id }) => selection.isSelected(id)));
  const hasSelected = selection.selected.length > 0;
  const keys: RowKeys<AdminTokenView> = {
    x: (token) => token && toggle(token.id),
    d(token) {
      if (hasSelected) disableSelected();
      else if (token && !hasEnded(token.status)) switchOne(token);
    },
    r(token) {
      if (hasSelected) revokeSelected();
      else if (token && token.status !== 'revoked') setRevoking([token]);
    },
    Escape: selection.clear,
  };
  const all = useSelectAll({ list, matching, selection });
  const close = () => setFilters({ token: null });
  const stopRevoking = () => setRevoking([]);
  return (
    <>
      <PageHead title="Tokens">
        <Button onClick={() => setIdentifying(true)}>
          <ScanSearch aria-hidden />
          Identify…
        </Button>
      </PageHead>
      <AdminToolbar
        filters={filters}
        counts={matching?.byStatus}
        summary={summary}
        onChange={setFilters}
        onClear={onClear}
      />
      <ListSummary words={summary} onClear={tokens.length > 0 ? onClear : undefined}>
        {all && <SelectAllButton {...all} />}
      </ListSummary>
      {list.isPending && <TokenListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {list.data && tokens.length === 0 && !list.hasNextPage && (
        <NoneMatch hasAny={(counts?.total ?? 0) > 0} onClear={onClear} />
      )}
      {list.data && (tokens.length > 0 || list.hasNextPage) && (
        <InfiniteList
          label="Tokens"
          view={JSON.stringify(shown)}
          items={tokens}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={58}
          total={matching?.isExact ? matching.count : undefined}
          pages={list}
          keys={keys}
        />
      )}
      {hasSelected && (
        <BulkBar
          count={selection.selected.length}
          isPending={isPending}
          all={all && <SelectAllButton {...all} />}
          onDisable={disableSelected}
          onRevoke={revokeSelected}
          onClear={selection.clear}
          onMissing={orSayMissing(selection.clear)}
        />
      )}
      {opened && (
        <Panel
          key={opened}
          id={opened}
          returnTo={() => cardOf(opened)}
          onClose={close}
          onSwitch={switchOne}
          onRevoke={setRevoking}
          onMissing={orSayMissing(close)}
        />
      )}
      {revoking.length > 0 && (
        <RevokeDialog
          tokens={revoking}
          returnTo={() => cardOf(revoking[0]?.id)}
          onClose={stopRevoking}
          onRevoked={() => {
            stopRevoking();
            selection.clear();
          }}
          onMissing={orSayMissing(stopRevoking)}
        />
      )}
      {isIdentifying && (
        <IdentifyDialog
          onOpen={(token) => {
            setIdentifying(false);
            open(token);
          }}
          onClose={() => setIdentifying(false)}
          onMissing={orSayMissing(() => setIdentifying(false))}
        />
      )}
    </>
  );
}

function NoneMatch({ hasAny, onClear }: { hasAny: boolean; onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={SearchX}
      title={hasAny ? 'No tokens match' : 'No tokens yet'}
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      {hasAny
        ? 'Try another status, or part of an owner, a name or a prefix.'
        : 'As soon as anyone makes a token, it is here.'}
    </EmptyState>
  );
}
