import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { TokensSkeleton } from '#components/tokens/tokens-skeleton.tsx';
import { TokensView } from '#components/tokens/tokens-view.tsx';

export const metadata: Metadata = { title: 'Tokens' };

export default function TokensPage() {
  return (
    <Suspense fallback={<TokensSkeleton />}>
      <NuqsAdapter>
        <TokensView />
      </NuqsAdapter>
    </Suspense>
  );
}
