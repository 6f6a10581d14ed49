import { PageHead } from '#components/frame/page-head.tsx';
import { ListToolbarSkeleton } from '#components/ui/list-toolbar.tsx';
import { TokenListSkeleton } from './token-list-skeleton.tsx';

/** What the page looks like before its address has been read. */
export function TokensSkeleton() {
  return (
    <>
      <PageHead title="Tokens" />
      <ListToolbarSkeleton />
      <TokenListSkeleton />
    </>
  );
}
