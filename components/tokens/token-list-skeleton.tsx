import { Skeleton } from '#components/ui/skeleton.tsx';
import { cardGrid, cardShell } from './token-card.tsx';

const rows = [44, 28, 52, 36, 40, 24] as const;
const widths = { 24: 'w-24', 28: 'w-28', 36: 'w-36', 40: 'w-40', 44: 'w-44', 52: 'w-52' } as const;

/** As high as the cards that will stand in its place. */
export function TokenListSkeleton() {
  return (
    <div role="status" aria-label="Loading tokens" className="grid gap-1.5">
      {rows.map((width) => (
        <div key={width} className={cardShell}>
          <div className={cardGrid}>
            <Skeleton className="hidden h-4 w-10 @4xl:block" />
            <div className="grid h-10 content-center gap-2">
              <Skeleton className={`h-3 max-w-full ${widths[width]}`} />
              <Skeleton className="h-2.5 w-32 max-w-full" />
            </div>
            <Skeleton className="h-6 w-18 rounded-full!" />
            <Skeleton className="hidden h-4 w-full @4xl:block" />
            <Skeleton className="order-last col-span-full mt-2 h-3.5 w-36 @2xl:order-none @2xl:col-span-1 @2xl:mt-0 @2xl:w-28" />
            <Skeleton className="hidden h-3.5 w-28 @2xl:block" />
          </div>
        </div>
      ))}
    </div>
  );
}
