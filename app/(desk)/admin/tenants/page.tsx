import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { TenantListSkeleton } from '#components/tenants/tenant-row.tsx';
import { TenantsView } from '#components/tenants/tenants-view.tsx';

export const metadata: Metadata = { title: 'Tenants' };

export default function TenantsPage() {
  return (
    <Suspense fallback={<TenantListSkeleton />}>
      <NuqsAdapter>
        <TenantsView />
      </NuqsAdapter>
    </Suspense>
  );
}
