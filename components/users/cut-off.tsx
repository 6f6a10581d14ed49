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
  const { counts, tokens, agents } = data.holds;
  const words = holdingWords(counts);
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
      <Names of={tokens} count={counts.tokens} />
      <Names of={agents} count={counts.agents} lead="Agents that need another owner: " />
    </Box>
  );
}

function Names({ of: named, count, lead }: { of: { name: string }[]; count: number; lead?: string }) {
  if (named.length === 0) return null;
  const first = named.slice(0, shown).map(({ name }) => name);
  return (
    <span className="mt-1 block break-words">
      {lead}
      {first.join(', ')}
      {count > shown && ` and ${count - shown} more`}
    </span>
  );
}

function Box({ children }: { children: ReactNode }) {
  return (
    <p aria-live="polite" className="rounded-control bg-sunken px-3 py-2.5 text-sm text-muted">
      {children}
    </p>
  );
}
