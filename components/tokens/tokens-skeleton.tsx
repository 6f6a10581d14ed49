import { PageHead } from '#components/frame/page-head.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TokenListSkeleton } from './token-list.tsx';

/** What the page looks like before its address has been read. */
export function TokensSkeleton() {
  return (
    <>
      <PageHead title="Tokens" />
      <div className="mb-3 grid h-20 content-center lg:h-10">
        <Skeleton className="h-5 w-80 max-w-full" />
      </div>
      <TokenListSkeleton />
    </>
  );
}
