import { PageHead } from '#components/frame/page-head.tsx';
import { Card } from '#components/ui/card.tsx';
import { ListToolbarSkeleton } from '#components/ui/list-toolbar.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';

/** What the page looks like before its address has been read. */
export function AuditSkeleton() {
  return (
    <>
      <PageHead title="Audit log" />
      <Skeleton className="mb-4 h-8 w-40" />
      <ListToolbarSkeleton />
      <EventListSkeleton />
    </>
  );
}

export function EventListSkeleton() {
  return (
    <div role="status" aria-label="Loading events" className="grid gap-1.5">
      {Array.from({ length: 10 }, (_, row) => (
        <Card key={row} className="flex h-14 items-center gap-4 px-4">
          <Skeleton className="h-4 w-24" />
          <Skeleton className="h-4 w-40" />
        </Card>
      ))}
    </div>
  );
}
