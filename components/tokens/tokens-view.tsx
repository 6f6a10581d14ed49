'use client';
import { KeyRound, SearchX } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { useNewToken } from '#components/new-token/use-new-token.tsx';
import { NoticeStack } from '#components/notices/notice-stack.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { statusWords } from './status.tsx';
import { TokenList, TokenListSkeleton } from './token-list.tsx';
import { Toolbar } from './toolbar.tsx';
import { useRotation } from './use-rotation.tsx';
import { type TokenFilters, useTokenFilters } from './use-token-filters.ts';
import { useTokens } from './use-tokens.ts';

const [TokenPanel] = lazyPart(async () => (await import('./token-panel.tsx')).TokenPanel);

export function TokensView() {
  const { filters, isFiltered, setFilters, clearFilters } = useTokenFilters();
  const list = useTokens(filters);
  const { data: me } = useMe();
  const newToken = useNewToken();
  const rotation = useRotation();
  const rights = {
    mayWrite: me?.permissions.includes('tokens:write') ?? false,
    mayRevoke: me?.permissions.includes('tokens:revoke') ?? false,
  };
  const tokens = flattenPages(list.data?.pages);
  const counts = list.data?.pages.at(-1)?.counts;
  const hasNone = counts?.total === 0;
  const close = () => setFilters({ token: null });
  function rotate(token: TokenView) {
    close();
    rotation.start(token);
  }

  return (
    <>
      <PageHead title="Tokens">
        {rights.mayWrite && !hasNone && <NewTokenButton onPress={newToken.open} />}
      </PageHead>
      <NoticeStack />
      {me && !rights.mayWrite && <ReadOnly role={me.user?.role} />}
      {!hasNone && <Toolbar filters={filters} counts={counts} onChange={setFilters} />}
      {list.isPending && <TokenListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {hasNone && <NoneYet onNew={rights.mayWrite ? newToken.open : undefined} />}
      {list.data && !hasNone && tokens.length === 0 && (
        <NoneMatch filters={filters} onClear={isFiltered ? clearFilters : undefined} />
      )}
      {tokens.length > 0 && (
        <TokenList
          tokens={tokens}
          rights={rights}
          opened={filters.token}
          onOpen={({ id }) => setFilters({ token: id })}
          onRotate={rotation.start}
          stale={list.isPlaceholderData}
          more={{
            wanted: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
      {filters.token && (
        <TokenPanel
          key={filters.token}
          id={filters.token}
          rights={rights}
          onRotate={rotate}
          returnTo={() => document.getElementById(`token-${filters.token}`)}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {rotation.dialog}
      {newToken.dialog}
    </>
  );
}

function ReadOnly({ role = 'viewer' }: { role?: string | undefined }) {
  return (
    <p className="-mt-3 mb-5 text-muted">
      As a {role} you can look at your tokens and revoke them. To make new ones, ask an admin for another
      role.
    </p>
  );
}

function NoneYet({ onNew }: { onNew: (() => void) | undefined }) {
  return (
    <EmptyState icon={KeyRound} title="No tokens yet" action={onNew && <NewTokenButton onPress={onNew} />}>
      A token lets a command line, a CI job or an agent act as you, with just the permissions you give it.
    </EmptyState>
  );
}

interface NoneMatchProps {
  filters: TokenFilters;
  onClear: (() => void) | undefined;
}

function NoneMatch({ filters: { status, search }, onClear }: NoneMatchProps) {
  const onlyStatus = status && !search;
  return (
    <EmptyState
      icon={SearchX}
      title={onlyStatus ? `No ${statusWords[status].toLowerCase()} tokens` : 'No tokens match'}
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      {onlyStatus ? 'You have others.' : 'Try another status, or part of a name or prefix.'}
    </EmptyState>
  );
}
