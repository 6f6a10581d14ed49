'use client';
import { History } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { clockWords, exactWords, relativeWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';

interface GraceStripProps {
  graceEndsAt: string;
  isEnding: boolean;
  /** Left out for those who may not end it. */
  onEnd: (() => void) | undefined;
}

/** The foot of a card while the secret that a rotation replaced still works. */
export function GraceStrip({ graceEndsAt, isEnding, onEnd }: GraceStripProps) {
  const now = useNow();
  const endsAt = new Date(graceEndsAt);
  if (endsAt <= now) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <History aria-hidden className="size-4 shrink-0 text-warn" />
      <p className="min-w-0 flex-1 basis-40">
        Rotated. The old secret works until{' '}
        <time dateTime={graceEndsAt} title={exactWords(endsAt)} className="text-ink">
          {clockWords(endsAt, now)}
        </time>
        , {relativeWords(endsAt, now)}.
      </p>
      {onEnd && (
        <Button size="sm" tabIndex={-1} pending={isEnding} pendingLabel="Ending…" onClick={onEnd}>
          End now
        </Button>
      )}
    </div>
  );
}
