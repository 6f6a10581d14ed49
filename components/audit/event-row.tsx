'use client';
import { Ban, Check, CircleAlert, type LucideIcon } from 'lucide-react';
import { Pill, type Tone } from '#components/ui/pill.tsx';
import { preloadSidePanel } from '#components/ui/side-panel.tsx';
import { Card } from '#components/ui/surface.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
import { actionTitle } from './action-words.ts';

export const outcomeLooks: Record<AuditEventView['outcome'], { word: string; tone: Tone; icon: LucideIcon }> =
  {
    ok: { word: 'Done', tone: 'idle', icon: Check },
    denied: { word: 'Denied', tone: 'warn', icon: Ban },
    failed: { word: 'Failed', tone: 'danger', icon: CircleAlert },
  };

export const eventButtonId = (sequence: number) => `event-${sequence}`;

/** One thing that happened, in a line: what, to what, who, when. */
export function EventRow({ event, onOpen }: { event: AuditEventView; onOpen: (sequence: number) => void }) {
  const { word, tone, icon } = outcomeLooks[event.outcome];
  return (
    <Card className="relative grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2 transition-colors duration-120 hover:bg-hover md:grid-cols-[minmax(0,11rem)_minmax(0,1fr)_5.5rem_7.5rem]">
      <button
        type="button"
        id={eventButtonId(event.sequence)}
        onClick={() => onOpen(event.sequence)}
        onPointerEnter={preloadSidePanel}
        onFocus={preloadSidePanel}
        className="truncate text-left font-medium after:absolute after:inset-0 after:rounded-card"
      >
        {actionTitle(event.action)}
      </button>
      <span className="truncate text-muted max-md:col-start-1 max-md:row-start-2">
        <Whom event={event} />
      </span>
      <span className="max-md:col-start-2 max-md:row-start-1">
        {event.outcome !== 'ok' && (
          <Pill tone={tone} icon={icon}>
            {word}
          </Pill>
        )}
      </span>
      <span className="relative justify-self-end text-sm text-faint max-md:col-start-2 max-md:row-start-2">
        <TimeAgo at={event.time} />
      </span>
    </Card>
  );
}

/** To what, by whom; once where somebody did it to themselves. */
function Whom({ event: { actor, resource } }: { event: AuditEventView }) {
  if (!resource?.label || resource.id === actor.id) return actor.label;
  return (
    <>
      <span className="text-ink">{resource.label}</span> by {actor.label}
    </>
  );
}
