import { PageHead } from '#components/frame/page-head.tsx';
import { Skeleton } from '#components/ui/surface.tsx';
import { rowGrid } from './user-row.tsx';

const rows = ['w-28', 'w-36', 'w-24', 'w-40', 'w-32', 'w-44'] as const;

/** As high as the rows that will stand in its place. */
export function UserListSkeleton() {
  return (
    <div role="status" aria-label="Loading people" className="grid gap-1.5">
      {rows.map((width) => (
        <div key={width} className={rowGrid}>
          <div className="flex items-center gap-2.5">
            <Skeleton className="size-7 shrink-0 rounded-full!" />
            <div className="grid gap-2">
              <Skeleton className={`h-3 max-w-full ${width}`} />
              <Skeleton className="h-2.5 w-36 max-w-full" />
            </div>
          </div>
          <Skeleton className="h-6 w-20 rounded-full! max-md:order-1 max-md:col-span-full max-md:ml-9.5" />
          <Skeleton className="hidden h-3.5 w-28 md:block" />
          <span className="hidden md:block" />
          <Skeleton className="h-5 w-9 rounded-full!" />
          <span className="size-8" />
        </div>
      ))}
    </div>
  );
}

/** What the page looks like before its address has been read. */
export function UsersSkeleton() {
  return (
    <>
      <PageHead title="Users" />
      <div className="mb-3 grid h-20 content-center lg:h-10">
        <Skeleton className="h-5 w-80 max-w-full" />
      </div>
      <UserListSkeleton />
    </>
  );
}
