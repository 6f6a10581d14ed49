import type { ReactNode } from 'react';
import { Skeleton } from '#components/ui/skeleton.tsx';

interface PersonRowsSkeletonProps {
  /** What is being loaded: "Loading people". */
  label: string;
  /** Of each row's name. */
  widths: readonly string[];
  rowClass: string;
  /** The columns beside the person. */
  children: ReactNode;
}

/** Rows that begin with a person, as high as those that will stand in their place. */
export function PersonRowsSkeleton({ label, widths, rowClass, children }: PersonRowsSkeletonProps) {
  return (
    <div role="status" aria-label={label} className="grid gap-1.5">
      {widths.map((width) => (
        <div key={width} className={rowClass}>
          <div className="flex items-center gap-2.5">
            <Skeleton className="size-7 shrink-0 rounded-full!" />
            <div className="grid gap-2">
              <Skeleton className={`h-3 max-w-full ${width}`} />
              <Skeleton className="h-2.5 w-36 max-w-full" />
            </div>
          </div>
          {children}
        </div>
      ))}
    </div>
  );
}
