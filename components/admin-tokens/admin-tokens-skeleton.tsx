import { PageHead } from '#components/frame/page-head.tsx';
import { TokenListSkeleton } from '#components/tokens/token-list-skeleton.tsx';
import { ListToolbarSkeleton } from '#components/ui/list-toolbar.tsx';

/** What the page looks like before its address has been read. */
export function AdminTokensSkeleton() {
  return (
    <>
      <PageHead title="Tokens" />
      <ListToolbarSkeleton lines={2} />
      <TokenListSkeleton />
    </>
  );
}
