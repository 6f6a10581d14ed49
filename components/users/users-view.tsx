'use client';
import { Link2, SearchX, UserPlus } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { ListSummary, matchingWords } from '#components/ui/list-summary.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import type { UserView } from '#server/people/users/schema.ts';
import { useActivate, useRevokeSessions } from './use-user-changes.ts';
import { preloadCreate, useUserDialogs } from './use-user-dialogs.tsx';
import { type UserFilters, useUserFilters } from './use-user-filters.ts';
import { useUsers } from './use-users.ts';
import { type RowActs, rowId, switchUser, UserRow } from './user-row.tsx';
import { UserListSkeleton } from './users-skeleton.tsx';
import { statusWords, UsersToolbar } from './users-toolbar.tsx';

const [UserPanel] = lazyPart(async () => (await import('./user-panel.tsx')).UserPanel);
const keyOf = (user: UserView) => user.id;
const rowHeight = 58;

export function UsersView() {
  const { filters, isFiltered, setFilters, clearFilters } = useUserFilters();
  const list = useUsers(filters);
  const close = () => setFilters({ user: null });
  const { create, ask, dialog } = useUserDialogs({
    isAdding: filters.add,
    stopAdding: () => setFilters({ add: false }),
    onGone: close,
  });
  const open = useCallback(({ id }: UserView) => setFilters({ user: id }), [setFilters]);
  const acts = useRowActs(open, ask);
  const renderUser = useCallback((user: UserView) => <UserRow user={user} acts={acts} />, [acts]);
  const users = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const matching = list.data?.pages[0]?.matching;
  const summary = matchingWords(matching, { isFiltered, one: 'person', many: 'people' });
  const onClear = isFiltered ? clearFilters : undefined;
  return (
    <>
      <PageHead title="Users">
        <div className="flex gap-2">
          <PageLink href="/admin/links" className={buttonClass({})}>
            <Link2 aria-hidden />
            Open links
          </PageLink>
          <Button variant="primary" onPointerEnter={preloadCreate} onFocus={preloadCreate} onClick={create}>
            <UserPlus aria-hidden />
            Add person
          </Button>
        </div>
      </PageHead>
      <UsersToolbar
        filters={filters}
        counts={matching?.byStatus}
        summary={summary}
        onChange={setFilters}
        onClear={onClear}
      />
      <ListSummary words={summary} onClear={users.length > 0 ? onClear : undefined} />
      {list.isPending && <UserListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {list.data && users.length === 0 && <NoneMatch filters={filters} onClear={onClear} />}
      {users.length > 0 && (
        <InfiniteList
          label="People"
          view={JSON.stringify([filters.status, filters.role, filters.search, filters.sort])}
          items={users}
          keyOf={keyOf}
          renderItem={renderUser}
          estimateSize={rowHeight}
          total={matching?.count}
          pages={list}
          keys={{ d: (user) => user && switchUser(user, acts) }}
        />
      )}
      {filters.user && (
        <UserPanel
          key={filters.user}
          id={filters.user}
          acts={acts}
          returnTo={() => document.getElementById(rowId(filters.user ?? ''))}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
      {dialog}
    </>
  );
}

/** The same object while nothing about it changes, so that rows are not drawn again. */
function useRowActs(onOpen: RowActs['onOpen'], onAsk: RowActs['onAsk']): RowActs {
  const { data: me } = useMe();
  const { mutate: activate } = useActivate(onAsk);
  const { mutate: signOut } = useRevokeSessions();
  const selfId = me?.user?.id;
  return useMemo(
    () => ({
      selfId,
      onOpen,
      onAsk,
      onActivate: ({ id }) => activate({ id }),
      onSignOut: ({ id }) => signOut({ id }),
    }),
    [selfId, onOpen, onAsk, activate, signOut],
  );
}

interface NoneMatchProps {
  filters: UserFilters;
  onClear: (() => void) | undefined;
}

function NoneMatch({ filters: { status, role, search }, onClear }: NoneMatchProps) {
  const onlyStatus = status && !role && !search;
  return (
    <EmptyState
      icon={SearchX}
      title={onlyStatus ? `Nobody is ${statusWords[status].toLowerCase()}` : 'Nobody matches'}
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      {onlyStatus ? 'There are others.' : 'Try another role, or part of a name or an e-mail address.'}
    </EmptyState>
  );
}
