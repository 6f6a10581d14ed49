import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { ApiDocs } from '#components/api-docs/api-docs.tsx';
import { ApiSkeleton } from '#components/api-docs/api-skeleton.tsx';

export const metadata: Metadata = { title: 'API' };

export default function ApiDocsPage() {
  return (
    <div className="max-w-272">
      <Suspense fallback={<ApiSkeleton />}>
        <NuqsAdapter>
          <ApiDocs />
        </NuqsAdapter>
      </Suspense>
    </div>
  );
}
