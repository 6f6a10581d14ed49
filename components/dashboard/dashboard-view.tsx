'use client';
import { usePrefetchQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { ClaudeSetup } from '#components/claude-setup/claude-setup.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { useNewToken } from '#components/new-token/use-new-token.tsx';
import { NoticeStack } from '#components/notices/notice-stack.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { MeView } from '#server/core/sessions/schema.ts';
import { glanceQuery } from './glance-query.ts';
import { greeting } from './greeting.ts';
import { MonthOfUse } from './month-of-use.tsx';
import { monthQuery } from './month-query.ts';
import { NextStep } from './next-step.tsx';
import { RecentTokens } from './recent-tokens.tsx';
import { TokenTiles, TokenTilesSkeleton } from './token-tiles.tsx';

// Admins' alone, so nobody else loads it; where it does not come the page does without.
const [AttentionList] = lazyPart(
  async () => (await import('#components/attention/attention-list.tsx')).AttentionList,
);

export function DashboardView() {
  const [hasAttention, setHasAttention] = useState(true);
  const { data: me } = useMe();
  const glance = useQuery(glanceQuery);
  usePrefetchQuery(monthQuery);
  const newToken = useNewToken();
  const mayWrite = me?.permissions.includes('tokens:write') ?? false;
  const tokens = glance.data?.items ?? [];
  const total = glance.data?.counts.total ?? 0;

  const use = tokens.some((token) => token.lastUsedAt) && (
    <>
      <MonthOfUse />
      <RecentTokens tokens={tokens} />
    </>
  );

  return (
    <>
      <PageHead
        title={me?.user ? <Greeting name={me.user.name} /> : <Skeleton className="h-7 w-64 max-w-full" />}
      >
        {mayWrite && total > 0 && <NewTokenButton variant="secondary" onPress={newToken.open} />}
      </PageHead>
      <NoticeStack />
      <SetupPart me={me} />
      {glance.isError && !glance.data ? (
        <Failed error={glance.error} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
          <section aria-labelledby="glance">
            <h2 id="glance" className="mb-3 text-base font-semibold">
              My tokens
            </h2>
            {glance.data ? <TokenTiles page={glance.data} /> : <TokenTilesSkeleton />}
          </section>
          {glance.data && me && (
            <NextStep
              tokens={tokens}
              hasToken={total > 0}
              onNew={mayWrite ? newToken.open : undefined}
              mayAddPeople={me.permissions.includes('users:write')}
            />
          )}
          {me?.permissions.includes('tokens:admin') && hasAttention ? (
            <AttentionList onMissing={() => setHasAttention(false)}>{use}</AttentionList>
          ) : (
            me && use
          )}
        </div>
      )}
      {newToken.dialog}
    </>
  );
}

/** Stands there until it is known that this person may make no tokens: those who may are the most, and see nothing move. */
function SetupPart({ me }: { me: MeView | undefined }) {
  if (me && !me.permissions.includes('tokens:write')) return null;
  return (
    <div className="mb-8">
      <ClaudeSetup />
    </div>
  );
}

function Greeting({ name }: { name: string }) {
  return greeting(name, useNow());
}
