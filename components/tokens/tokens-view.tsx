'use client';
import { KeyRound, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { useNewToken } from '#components/new-token/use-new-token.tsx';
import { BelowNotices } from '#components/notices/below-notices.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { statusWords } from './status.tsx';
import { titleId } from './token-card.tsx';
import { TokenListSkeleton } from './token-list-skeleton.tsx';
import { TokenList } from './token-list.tsx';
import type { TokenActs } from './token-menu.tsx';
import { Toolbar } from './toolbar.tsx';
import { useTokenSwitch } from './use-token-changes.ts';
import { useTokenDialogs } from './use-token-dialogs.tsx';
import { type TokenFilters, useTokenFilters } from './use-token-filters.ts';
import { useTokens } from './use-tokens.ts';

const [TokenPanel] = lazyPart(async () => (await import('./token-panel.tsx')).TokenPanel);

export function TokensView() {
  const { filters, isFiltered, setFilters, clearFilters } = useTokenFilters();
  const { token: opened, ...shown } = filters;
  const list = useTokens(shown);
  const { data: me } = useMe();
  const newToken = useNewToken();
  const { ask, dialog } = useTokenDialogs();
  const acts = useTokenActs(setFilters, ask);
  const rights = {
    mayWrite: me?.permissions.includes('tokens:write') ?? false,
    mayRevoke: me?.permissions.includes('tokens:revoke') ?? false,
  };
  const tokens = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const matching = list.data?.pages[0]?.matching;
  const hasNone = list.data?.pages[0]?.counts.total === 0;
  const summary = matchingWords(matching, { isFiltered, one: 'token', many: 'tokens' });
  const onClear = isFiltered ? clearFilters : undefined;
  const close = () => setFilters({ token: null });
  function rotate(token: TokenView) {
    close();
    ask('rotate', token);
  }

  return (
    <>
      <PageHead title="Tokens">
        {rights.mayWrite && !hasNone && <NewTokenButton onPress={newToken.open} />}
      </PageHead>
      <BelowNotices placeholder={<TokenListSkeleton />}>
        {me && !rights.mayWrite && <ReadOnly role={me.user?.role} />}
        {!hasNone && (
          <>
            <Toolbar
              filters={filters}
              counts={matching?.byStatus}
              summary={summary}
              onChange={setFilters}
              onClear={onClear}
            />
            <ListSummary words={summary} onClear={tokens.length > 0 ? onClear : undefined} />
          </>
        )}
        {list.isPending && <TokenListSkeleton />}
        {list.isError && !list.data && <Failed error={list.error} />}
        {hasNone && <NoneYet onNew={rights.mayWrite ? newToken.open : undefined} />}
        {list.data && !hasNone && tokens.length === 0 && <NoneMatch filters={filters} onClear={onClear} />}
        {tokens.length > 0 && (
          <TokenList
            view={JSON.stringify(shown)}
            tokens={tokens}
            pages={list}
            total={matching?.count}
            rights={rights}
            opened={opened}
            acts={acts}
          />
        )}
      </BelowNotices>
      {opened && (
        <TokenPanel
          key={opened}
          id={opened}
          rights={rights}
          onRotate={rotate}
          returnTo={() => document.getElementById(titleId({ id: opened }))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {dialog}
      {newToken.dialog}
    </>
  );
}

/** The same object while nothing about it changes, so that rows are not drawn again. */
function useTokenActs(
  setFilters: (change: Partial<TokenFilters>) => void,
  onAsk: TokenActs['onAsk'],
): TokenActs {
  const { mutate } = useTokenSwitch();
  return useMemo(
    () => ({
      onOpen: ({ id }) => setFilters({ token: id }),
      onAsk,
      onSwitch: ({ id, enabled }) => mutate({ id, enabled: !enabled }),
    }),
    [setFilters, onAsk, mutate],
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
