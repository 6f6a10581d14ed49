import { LoaderCircle, RotateCw } from 'lucide-react';
import { Button } from './button.tsx';

interface ListEndProps {
  loading: boolean;
  failed: boolean;
  onRetry: () => void;
}

/** Stands below a list that has more: as high in every state, so that nothing moves. */
export function ListEnd({ loading, failed, onRetry }: ListEndProps) {
  return (
    <div className="mt-4 grid h-8 place-items-center text-sm text-faint">
      {failed ? (
        <Button onClick={onRetry}>
          <RotateCw aria-hidden />
          Load more
        </Button>
      ) : (
        <p role="status" className="flex items-center gap-2">
          {loading && (
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
