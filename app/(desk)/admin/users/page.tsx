import type { Metadata } from 'next';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { Suspense } from 'react';
import { UsersSkeleton } from '#components/users/users-skeleton.tsx';
import { UsersView } from '#components/users/users-view.tsx';

export const metadata: Metadata = { title: 'Users' };

export default function UsersPage() {
  return (
    <Suspense fallback={<UsersSkeleton />}>
      <NuqsAdapter>
        <UsersView />
      </NuqsAdapter>
    </Suspense>
  );
}
