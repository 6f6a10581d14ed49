import { Skeleton } from '#components/ui/skeleton.tsx';
import { PersonRowsSkeleton } from '#components/users/person-rows-skeleton.tsx';
import { rowGrid } from './link-row.tsx';

export function LinkListSkeleton() {
  return (
    <PersonRowsSkeleton
      label="Loading open links"
      widths={['w-28', 'w-36', 'w-24', 'w-40']}
      rowClass={rowGrid}
    >
      <Skeleton className="h-6 w-24 rounded-full! @max-2xl:order-1 @max-2xl:col-span-full @max-2xl:ml-9.5" />
      <Skeleton className="hidden h-3.5 w-40 @2xl:block" />
      <Skeleton className="hidden h-3.5 w-28 @2xl:block" />
      <Skeleton className="h-7 w-16" />
    </PersonRowsSkeleton>
  );
}
