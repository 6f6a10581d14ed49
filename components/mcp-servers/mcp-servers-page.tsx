'use client';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { useMe } from '#components/sessions/use-me.ts';
import { ReachableTools } from './reachable-tools.tsx';
import { ServersSkeleton } from './server-list-skeleton.tsx';
import { ServersView } from './servers-view.tsx';

/**
 * The servers, for those who manage them; for all others the tools that they may call. What is inside a Suspense boundary is
 * hydrated after the frame, so it must not depend on who is signed in: by then that may be known.
 */
export function McpServersPage() {
  const { data: me } = useMe();
  if (!me) return <ServersSkeleton />;
  return (
    <Suspense fallback={<ServersSkeleton />}>
      <NuqsAdapter>
        {me.permissions.includes('mcp:manage') ? <ServersView /> : <ReachableTools />}
      </NuqsAdapter>
    </Suspense>
  );
}
