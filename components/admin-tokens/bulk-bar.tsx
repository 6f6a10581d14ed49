'use client';
import { Ban, Power, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { tokensWords } from './use-triage-changes.ts';

interface BulkBarProps {
  count: number;
  isPending: boolean;
  /** What selects the rest. */
  all: ReactNode;
  onDisable: () => void;
  onRevoke: () => void;
  onClear: () => void;
}

/** What can be done to the tokens that are selected: floats over the foot of the list. */
export function BulkBar({ count, isPending, all, onDisable, onRevoke, onClear }: BulkBarProps) {
  return (
    <section
      aria-label="Selected tokens"
      className="sticky bottom-18 z-20 mx-auto mt-4 flex w-max max-w-full flex-wrap items-center gap-2 rounded-card bg-raised py-2 pr-2 pl-4 shadow-float tablet:bottom-4"
    >
      <p role="status" className="mr-2 font-medium max-sm:basis-full">
        {tokensWords(count)} selected
      </p>
      {all}
      <Button pending={isPending} onClick={onDisable}>
        <Power aria-hidden />
        Disable
      </Button>
      <Button variant="danger" onClick={onRevoke}>
        <Ban aria-hidden />
        Revoke…
      </Button>
      <Button variant="ghost" size="icon" aria-label="Select none" onClick={onClear}>
        <X aria-hidden />
      </Button>
    </section>
  );
}
