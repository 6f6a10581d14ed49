import { PageHead } from '#components/frame/page-head.tsx';
import { ListToolbarSkeleton } from '#components/ui/list-toolbar.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { cardGrid, cardShell } from './server-card.tsx';

/** As high as the cards that will stand in its place. */
export function ServerListSkeleton() {
  return (
    <div role="status" aria-label="Loading MCP servers" className="grid gap-1.5">
      {['w-24', 'w-32', 'w-20', 'w-28'].map((width) => (
        <div key={width} className={cardShell}>
          <div className={cardGrid}>
            <div className="grid h-10 content-center gap-2">
              <Skeleton className={`h-3 max-w-full ${width}`} />
              <Skeleton className="h-2.5 w-48 max-w-full" />
            </div>
            <Skeleton className="h-6 w-16 rounded-full!" />
            <Skeleton className="order-last col-span-full mt-1.5 h-5 w-36 @2xl:order-none @2xl:col-span-1 @2xl:mt-0 @2xl:h-3.5 @2xl:w-24" />
            <Skeleton className="hidden h-3.5 w-28 @2xl:block" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** What the page looks like before its address has been read. */
export function ServersSkeleton() {
  return (
    <>
      <PageHead title="MCP servers" />
      <ListToolbarSkeleton />
      <ServerListSkeleton />
    </>
  );
}
