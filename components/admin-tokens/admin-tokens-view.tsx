'use client';
import { ScanSearch, SearchX } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList, type InfiniteListControls } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import { AdminCard } from './admin-card.tsx';
import { AdminToolbar } from './admin-toolbar.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { useAdminFilters } from './use-admin-filters.ts';
import { useAdminTokens } from './use-admin-tokens.ts';
import { useSelection } from './use-selection.ts';
import { useTriageChange } from './use-triage-changes.ts';
import { useTriageKeys } from './use-triage-keys.ts';

const [Panel] = lazyPart(async () => (await import('./admin-token-panel.tsx')).AdminTokenPanel);
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
  const controls = useRef<InfiniteListControls>(null);
  const counts = list.data?.pages.at(-1)?.counts;

  const open = useCallback(({ id }: AdminTokenView) => setFilters({ token: id }), [setFilters]);
  const switchOne = useCallback(
    ({ id, enabled }: AdminTokenView) => change({ ids: [id], action: enabled ? 'disable' : 'enable' }),
    [change],
  );
  const revokeSelected = () => setRevoking(tokens.filter(({ id }) => selection.isSelected(id)));
  useTriageKeys(controls, {
    count: tokens.length,
    onSelect: (index) => tokens[index] && selection.toggle(tokens[index].id),
    onOpen: (index) => tokens[index] && open(tokens[index]),
    onRevoke(index) {
      if (selection.selected.length > 0) revokeSelected();
      else if (tokens[index] && tokens[index].status !== 'revoked') setRevoking([tokens[index]]);
    },
    onSearch: () => document.querySelector<HTMLInputElement>('main input[type=search]')?.focus(),
    onClear: selection.clear,
  });
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
      <AdminToolbar filters={filters} counts={counts} onChange={setFilters} />
      {list.isPending && <TokenListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {list.data && tokens.length === 0 && !list.hasNextPage && (
        <NoneMatch hasAny={(counts?.total ?? 0) > 0} onClear={isFiltered ? clearFilters : undefined} />
      )}
      {list.data && (tokens.length > 0 || list.hasNextPage) && (
        <InfiniteList
          label="Tokens"
          view={JSON.stringify(shown)}
          items={tokens}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={58}
          total={isFiltered ? undefined : counts?.total}
          pages={list}
          controls={controls}
        />
      )}
      {selection.selected.length > 0 && (
        <BulkBar
          count={selection.selected.length}
          isPending={isPending}
          onAll={selection.selected.length < Math.min(ids.length, 500) ? selection.selectAll : undefined}
          onDisable={() =>
            change({ ids: selection.selected, action: 'disable' }, { onSuccess: selection.clear })
          }
          onRevoke={revokeSelected}
          onClear={selection.clear}
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
        : 'As soon as somebody makes a token, it is here.'}
    </EmptyState>
  );
}
