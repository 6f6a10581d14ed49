import { LoaderCircle, RotateCw } from 'lucide-react';
import { Button } from './button.tsx';
import type { Pages } from './infinite-list.tsx';

/** Stands below a list that has more: as high in every state, so that nothing moves. */
export function ListEnd({ pages }: { pages: Pages }) {
  return (
    <div className="mt-4 grid h-8 place-items-center text-sm text-faint">
      {pages.isFetchNextPageError ? (
        <Button onClick={() => void pages.fetchNextPage()}>
          <RotateCw aria-hidden />
          Load more
        </Button>
      ) : (
        <p role="status" className="flex items-center gap-2">
          {pages.isFetchingNextPage && (
            <>
              <LoaderCircle aria-hidden className="size-4 animate-spin" />
              Loading more…
            </>
          )}
        </p>
      )}
    </div>
  );
}
