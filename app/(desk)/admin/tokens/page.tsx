import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { AdminTokensSkeleton } from '#components/admin-tokens/admin-tokens-skeleton.tsx';
import { AdminTokensView } from '#components/admin-tokens/admin-tokens-view.tsx';

export const metadata: Metadata = { title: 'Everyone’s tokens' };

export default function AdminTokensPage() {
  return (
    <Suspense fallback={<AdminTokensSkeleton />}>
      <NuqsAdapter>
        <AdminTokensView />
      </NuqsAdapter>
    </Suspense>
  );
}
