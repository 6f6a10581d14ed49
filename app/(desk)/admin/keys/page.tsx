import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { KeysView } from '#components/api-keys/keys-view.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list-skeleton.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default function KeysPage() {
  return (
    <Suspense fallback={<TokenListSkeleton />}>
      <NuqsAdapter>
        <KeysView />
      </NuqsAdapter>
    </Suspense>
  );
}
