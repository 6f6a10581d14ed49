import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { AdminTokensView } from '#components/admin-tokens/admin-tokens-view.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list.tsx';

export const metadata: Metadata = { title: 'Everyone’s tokens' };

export default function AdminTokensPage() {
  return (
    <Suspense fallback={<TokenListSkeleton />}>
      <NuqsAdapter>
        <AdminTokensView />
      </NuqsAdapter>
    </Suspense>
  );
}
