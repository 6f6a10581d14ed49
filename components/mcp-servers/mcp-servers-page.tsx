'use client';
import { useMe } from '#components/sessions/use-me.ts';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { ServersSkeleton } from './server-list-skeleton.tsx';
import { ServersView } from './servers-view.tsx';

const [ReachableTools] = lazyPart(async () => (await import('./reachable-tools.tsx')).ReachableTools);

/** The servers, for those who manage them; for all others the tools that they may call. */
export function McpServersPage() {
  const { data: me } = useMe();
  if (!me) return <ServersSkeleton />;
  if (me.permissions.includes('mcp:manage')) return <ServersView />;
  return <ReachableTools onMissing={() => window.location.reload()} />;
}
