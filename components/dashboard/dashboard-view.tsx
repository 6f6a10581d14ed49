'use client';
import { useQuery } from '@tanstack/react-query';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { Skeleton } from '#components/ui/surface.tsx';
import { glanceQuery } from './glance-query.ts';
import { greeting } from './greeting.ts';
import { NextStep } from './next-step.tsx';
import { RecentTokens } from './recent-tokens.tsx';
import { TokenTiles, TokenTilesSkeleton } from './token-tiles.tsx';

export function DashboardView() {
  const { data: me } = useMe();
  const glance = useQuery(glanceQuery);
  const mayWrite = me?.permissions.includes('tokens:write') ?? false;
  const tokens = glance.data?.items ?? [];

  return (
    <>
      <PageHead title={me?.user ? greeting(me.user.name, new Date()) : <Skeleton className="h-7 w-64 max-w-full" />} />
      {glance.isError && !glance.data ? (
        <Failed error={glance.error} retrying={glance.isFetching} onRetry={() => void glance.refetch()} />
      ) : (
        <div className="grid gap-8">
          <section aria-labelledby="glance">
            <h2 id="glance" className="mb-3 text-base font-semibold">
              My tokens
            </h2>
            {glance.data ? <TokenTiles page={glance.data} /> : <TokenTilesSkeleton />}
          </section>
          {glance.data && me && <NextStep tokens={tokens} total={glance.data.counts.total} mayWrite={mayWrite} />}
          {tokens.some((token) => token.lastUsedAt) && <RecentTokens tokens={tokens} />}
        </div>
      )}
    </>
  );
}
