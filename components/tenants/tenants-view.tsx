'use client';
import { ChevronRight, Plus, SearchX } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useCallback, useMemo } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import { InfiniteList } from '#components/ui/infinite-list.tsx';
import { ListToolbar } from '#components/ui/list-toolbar.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import type { TenantView } from '#server/people/tenants/schema.ts';
import { TenantListSkeleton, TenantRow } from './tenant-row.tsx';
import { newTenantButtonId, useTenantDialogs } from './use-tenant-dialogs.tsx';
import { useRestoreTenant, useResumeTenant, useTenants } from './use-tenants.ts';

const keyOf = (tenant: TenantView) => tenant.id;
const rowHeight = 58;
const searchParser = parseAsString.withDefault('').withOptions({ history: 'replace' });

/** All tenants of the installation, for platform admins: names, counts and states, and nothing inside them. */
export function TenantsView() {
  const [search, setSearch] = useQueryState('search', searchParser);
  const list = useTenants(search);
  const { create, ask, dialog } = useTenantDialogs();
  const { mutate: resume } = useResumeTenant();
  const { mutate: restore } = useRestoreTenant();
  const acts = useMemo(
    () => ({
      onAsk: ask,
      onResume: ({ id }: TenantView) => resume({ id }),
      onRestore: ({ id }: TenantView) => restore({ id }),
    }),
    [ask, resume, restore],
  );
  const draw = useCallback((tenant: TenantView) => <TenantRow tenant={tenant} acts={acts} />, [acts]);
  const tenants = useMemo(() => flattenPages(list.data?.pages), [list.data]);
  const clear = () => void setSearch(null);
  return (
    <>
      <PageHead
        title={
          <span className="flex items-center gap-1.5">
            <PageLink href="/admin/settings" className="rounded-tag text-muted hover:text-ink">
              Settings
            </PageLink>
            <ChevronRight aria-hidden className="size-4 text-faint" />
            Tenants
          </span>
        }
      >
        <Button id={newTenantButtonId} variant="primary" onClick={create}>
          <Plus aria-hidden />
          New tenant
        </Button>
      </PageHead>
      <ListToolbar
        search={{
          label: 'Search name or short name',
          value: search,
          onSearch: (text) => void setSearch(text),
        }}
        controls={[]}
        summary={undefined}
        onClear={undefined}
      />
      {list.isPending && <TenantListSkeleton />}
      {list.isError && !list.data && <Failed error={list.error} />}
      {list.data && tenants.length === 0 && (
        <EmptyState
          icon={SearchX}
          title="No tenants match"
          action={<Button onClick={clear}>Clear search</Button>}
        >
          Try part of a name or of a short name.
        </EmptyState>
      )}
      {tenants.length > 0 && (
        <InfiniteList
          label="Tenants"
          view={search}
          items={tenants}
          keyOf={keyOf}
          renderItem={draw}
          estimateSize={rowHeight}
          pages={list}
        />
      )}
      {dialog}
    </>
  );
}
