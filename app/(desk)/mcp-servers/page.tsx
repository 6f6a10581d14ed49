import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { McpServersPage } from '#components/mcp-servers/mcp-servers-page.tsx';
import { ServersSkeleton } from '#components/mcp-servers/server-list-skeleton.tsx';

export const metadata: Metadata = { title: 'MCP servers' };

export default function Page() {
  return (
    <Suspense fallback={<ServersSkeleton />}>
      <NuqsAdapter>
        <McpServersPage />
      </NuqsAdapter>
    </Suspense>
  );
}
