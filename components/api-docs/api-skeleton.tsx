import { PageHead } from '#components/frame/page-head.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';

/** What the page looks like before its address has been read. */
export function ApiSkeleton() {
  return (
    <>
      <PageHead title="API" />
      <OperationsSkeleton />
    </>
  );
}

export function OperationsSkeleton() {
  return (
    <div role="status" aria-label="Loading the API" className="grid gap-3">
      <Skeleton className="h-28 w-full rounded-card!" />
      <Skeleton className="mt-4 h-5 w-40" />
      <Skeleton className="h-60 w-full rounded-card!" />
    </div>
  );
}
