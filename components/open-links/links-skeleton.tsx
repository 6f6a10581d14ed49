import { Skeleton } from '#components/ui/surface.tsx';
import { rowGrid } from './link-row.tsx';

const rows = ['w-28', 'w-36', 'w-24', 'w-40'] as const;

/** As high as the rows that will stand in its place. */
export function LinkListSkeleton() {
  return (
    <div role="status" aria-label="Loading open links" className="grid gap-1.5">
      {rows.map((width) => (
        <div key={width} className={rowGrid}>
          <div className="flex items-center gap-2.5">
            <Skeleton className="size-7 shrink-0 rounded-full!" />
            <div className="grid gap-2">
              <Skeleton className={`h-3 max-w-full ${width}`} />
              <Skeleton className="h-2.5 w-36 max-w-full" />
            </div>
          </div>
          <Skeleton className="h-6 w-24 rounded-full! max-md:order-1 max-md:col-span-full max-md:ml-9.5" />
          <Skeleton className="hidden h-3.5 w-40 md:block" />
          <Skeleton className="hidden h-3.5 w-28 md:block" />
          <Skeleton className="h-7 w-16" />
        </div>
      ))}
    </div>
  );
}
