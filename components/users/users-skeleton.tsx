import { PageHead } from '#components/frame/page-head.tsx';
import { ListToolbarSkeleton } from '#components/ui/list-toolbar.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { PersonRowsSkeleton } from './person-rows-skeleton.tsx';
import { rowGrid } from './user-row.tsx';

export function UserListSkeleton() {
  return (
    <PersonRowsSkeleton
      label="Loading people"
      widths={['w-28', 'w-36', 'w-24', 'w-40', 'w-32', 'w-44']}
      rowClass={rowGrid}
    >
      <Skeleton className="h-6 w-20 rounded-full! @max-2xl:order-1 @max-2xl:col-span-full @max-2xl:ml-9.5" />
      <Skeleton className="hidden h-3.5 w-28 @2xl:block" />
      <span className="hidden @2xl:block" />
      <Skeleton className="h-5 w-9 rounded-full!" />
      <span className="size-8" />
    </PersonRowsSkeleton>
  );
}

/** What the page looks like before its address has been read. */
export function UsersSkeleton() {
  return (
    <>
      <PageHead title="Users" />
      <ListToolbarSkeleton />
      <UserListSkeleton />
    </>
  );
}
