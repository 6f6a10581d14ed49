'use client';
import { usePrefetchQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { attentionQuery } from '#components/attention/attention-query.ts';
import { ClaudeSetup } from '#components/claude-setup/claude-setup.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { useNewToken } from '#components/new-token/use-new-token.tsx';
import { BelowNotices } from '#components/notices/below-notices.tsx';
import { useMe } from '#components/sessions/use-me.ts';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { MeView } from '#server/core/sessions/schema.ts';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import { GetStarted } from './get-started.tsx';
import { glanceQuery } from './glance-query.ts';
import { greeting } from './greeting.ts';
import { MonthOfUse } from './month-of-use.tsx';
import { monthQuery } from './month-query.ts';
import { RecentTokens } from './recent-tokens.tsx';
import { TokenTiles, TokenTilesSkeleton } from './token-tiles.tsx';
import { useStart } from './use-start.ts';

// Admins' alone, so no one else loads it; where it does not come the page does without.
const [AttentionList, preloadAttention] = lazyPart(
  async () => (await import('#components/attention/attention-list.tsx')).AttentionList,
);

export function DashboardView() {
  const { data: me, error } = useMe();
  const newToken = useNewToken();
  const attention = useAttention(me);
  const glance = useQuery(glanceQuery);
  const mayWrite = me?.permissions.includes('tokens:write') ?? false;
  const hasTokens = (glance.data?.counts.total ?? 0) > 0;
  const skeleton = <DashboardSkeleton />;
  const rest = <OwnPart me={me} glance={glance} onNew={newToken.open} />;
  return (
    <>
      <PageHead
        title={me?.user ? <Greeting name={me.user.name} /> : <Skeleton className="h-8 w-64 max-w-full" />}
      >
        {mayWrite && hasTokens && <NewTokenButton variant="secondary" onPress={newToken.open} />}
      </PageHead>
      <BelowNotices headQuery={glance} placeholder={<Parts>{skeleton}</Parts>}>
        <Parts>
          {!me && error && <Failed error={error} />}
          {attention.isThere && <AttentionList onReady={attention.settle} onMissing={attention.giveUp} />}
          {attention.isSettled && rest}
          {!attention.isSettled && !error && skeleton}
        </Parts>
      </BelowNotices>
      {newToken.dialog}
    </>
  );
}

function Parts({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-[minmax(0,1fr)] gap-8">{children}</div>;
}

/**
 * What needs attention stands first, so nothing is shown before it is known whether something does. From then on the rest
 * stays, with all that comes and goes above it: a machine that is being set up has its code nowhere else.
 */
function useAttention(me: MeView | undefined) {
  const [isMissing, setIsMissing] = useState(false);
  const [isSettled, setIsSettled] = useState(false);
  const isAdmin = me?.permissions.includes('tokens:admin') ?? false;
  const { data, isError } = useQuery({ ...attentionQuery, enabled: isAdmin });
  useEffect(() => {
    if (isAdmin) preloadAttention();
  }, [isAdmin]);
  const isUnknown = !me || (isAdmin && !data && !isError);
  const isThere = isAdmin && !isMissing && (isError || (data?.items.length ?? 0) > 0);
  if (!isUnknown && !isThere && !isSettled) setIsSettled(true);
  return { isThere, isSettled, settle: () => setIsSettled(true), giveUp: () => setIsMissing(true) };
}

interface OwnPartProps {
  me: MeView | undefined;
  glance: UseQueryResult<TokenPageView>;
  onNew: () => void;
}

/** What everyone has: how to set a machine up, how to start, and their own tokens. */
function OwnPart({ me, glance, onNew }: OwnPartProps) {
  usePrefetchQuery(monthQuery);
  const { isKnown, start } = useStart(me, glance.data);
  const mayWrite = me?.permissions.includes('tokens:write') ?? false;
  const tokens = glance.data?.items ?? [];
  const hasTokens = (glance.data?.counts.total ?? 0) > 0;
  return (
    <>
      {mayWrite && <ClaudeSetup />}
      {glance.isError && !glance.data && <Failed error={glance.error} />}
      {!isKnown && !glance.isError && <Glance />}
      {start && <GetStarted {...start} onNew={onNew} onDismiss={start.dismiss} />}
      {isKnown && hasTokens && <Glance page={glance.data} />}
      {isKnown && !hasTokens && !mayWrite && <NoTokensForViewer />}
      {isKnown && tokens.some((token) => token.lastUsedAt) && (
        <>
          <MonthOfUse />
          <RecentTokens tokens={tokens} />
        </>
      )}
    </>
  );
}

function DashboardSkeleton() {
  return (
    <>
      <Skeleton className="h-31 w-full rounded-card! max-sm:h-42" />
      <Glance />
    </>
  );
}

function Glance({ page }: { page?: TokenPageView | undefined }) {
  return (
    <section aria-labelledby="glance">
      <h2 id="glance" className="mb-3 text-base font-semibold">
        My tokens
      </h2>
      {page ? <TokenTiles page={page} /> : <TokenTilesSkeleton />}
    </section>
  );
}

function NoTokensForViewer() {
  return (
    <p className="text-muted">
      As a viewer you cannot make tokens. If you need one for a command line or a CI job, ask an admin for
      another role.
    </p>
  );
}

function Greeting({ name }: { name: string }) {
  return greeting(name, useNow());
}
