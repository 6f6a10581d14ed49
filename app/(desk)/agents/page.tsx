import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { AgentsSkeleton } from '#components/agents/agent-list-skeleton.tsx';
import { AgentsView } from '#components/agents/agents-view.tsx';

export const metadata: Metadata = { title: 'Agents' };

export default function AgentsPage() {
  return (
    <Suspense fallback={<AgentsSkeleton />}>
      <NuqsAdapter>
        <AgentsView />
      </NuqsAdapter>
    </Suspense>
  );
}
