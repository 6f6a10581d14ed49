'use client';
import { History } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { exactWords, relativeWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { useEndGrace } from './use-token-changes.ts';

/** The foot of a card while the secret that a rotation replaced still works. */
export function GraceStrip({ token, mayEnd }: { token: TokenView; mayEnd: boolean }) {
  const now = useNow();
  const { mutate, isPending } = useEndGrace();
  const endsAt = new Date(token.rotation?.graceEndsAt ?? 0);
  if (endsAt <= now) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <History aria-hidden className="size-4 shrink-0 text-warn" />
      <p className="min-w-0 flex-1 basis-40">
        Rotated. The old secret works until{' '}
        <time dateTime={token.rotation?.graceEndsAt} title={exactWords(endsAt)} className="text-ink">
          {clockWords(endsAt, now)}
        </time>
        , {relativeWords(endsAt, now)}.
      </p>
      {mayEnd && (
        <Button
          size="sm"
          tabIndex={-1}
          pending={isPending}
          pendingLabel="Ending…"
          onClick={() => mutate({ id: token.id })}
        >
          End now
        </Button>
      )}
    </div>
  );
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "14:05" today, "Tue, 24 Nov, 14:05" on another day. */
export const clockWords = (at: Date, now: Date) =>
  (at.toDateString() === now.toDateString() ? time : dayAndTime).format(at);
