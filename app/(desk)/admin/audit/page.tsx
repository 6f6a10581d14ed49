import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { AuditSkeleton } from '#components/audit/audit-skeleton.tsx';
import { AuditView } from '#components/audit/audit-view.tsx';

export const metadata: Metadata = { title: 'Audit log' };

export default function AuditPage() {
  return (
    <Suspense fallback={<AuditSkeleton />}>
      <NuqsAdapter>
        <AuditView />
      </NuqsAdapter>
    </Suspense>
  );
}
