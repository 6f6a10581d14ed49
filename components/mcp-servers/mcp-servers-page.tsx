'use client';
import { useMe } from '#components/sessions/use-me.ts';
import { ReachableTools } from './reachable-tools.tsx';
import { ServersSkeleton } from './server-list-skeleton.tsx';
import { ServersView } from './servers-view.tsx';

/** The servers, for those who manage them; for all others the tools that they may call. */
export function McpServersPage() {
  const { data: me } = useMe();
  if (!me) return <ServersSkeleton />;
  return me.permissions.includes('mcp:manage') ? <ServersView /> : <ReachableTools />;
}
