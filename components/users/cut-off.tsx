'use client';
import type { ReactNode } from 'react';
import { holdingWords } from './use-user-changes.ts';
import { useUser } from './use-user.ts';

const shown = 5;

/** What a person gets in with now, and so what will stop. As high while it is not known yet. */
export function CutOff({ id }: { id: string }) {
  const { data, isError } = useUser(id);
  if (isError) return <Box>What it cuts off could not be looked up.</Box>;
  if (!data) return <Box>Looking what it cuts off…</Box>;
  const { counts, tokens } = data.holds;
  const words = holdingWords(counts);
  const more = counts.tokens - shown;
  return (
    <Box>
      {words ? (
        <>
          It cuts off <strong className="font-semibold text-ink">{words}</strong>
        </>
      ) : (
        'They are signed in nowhere and have no token that works'
      )}
      .
      {tokens.length > 0 && (
        <span className="mt-1 block break-words">
          {tokens
            .slice(0, shown)
            .map((token) => token.name)
            .join(', ')}
          {more > 0 && ` and ${more} more`}
        </span>
      )}
    </Box>
  );
}

function Box({ children }: { children: ReactNode }) {
  return (
    <p aria-live="polite" className="rounded-control bg-sunken px-3 py-2.5 text-sm text-muted">
      {children}
    </p>
  );
}
