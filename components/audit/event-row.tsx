'use client';
import { Ban, Check, CircleAlert, type LucideIcon } from 'lucide-react';
import { Badge, type BadgeVariant } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { RowButton } from '#components/ui/row.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
import { eventTitle } from './action-words.ts';

export const outcomeBadges: Record<
  AuditEventView['outcome'],
  { word: string; variant: BadgeVariant; icon: LucideIcon }
> = {
  ok: { word: 'Done', variant: 'idle', icon: Check },
  denied: { word: 'Denied', variant: 'warn', icon: Ban },
  failed: { word: 'Failed', variant: 'danger', icon: CircleAlert },
};

export const eventButtonId = (sequence: number) => `event-${sequence}`;

/** One thing that happened, in a line: what, to what, who, when. */
export function EventRow({ event, onOpen }: { event: AuditEventView; onOpen: (sequence: number) => void }) {
  const { word, variant, icon } = outcomeBadges[event.outcome];
  return (
    <Card className="relative grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2 transition-colors duration-120 hover:bg-hover @2xl:grid-cols-[minmax(0,11rem)_minmax(0,1fr)_5.5rem_7.5rem]">
      <RowButton
        id={eventButtonId(event.sequence)}
        onOpen={() => onOpen(event.sequence)}
        className="truncate font-medium"
      >
        {eventTitle(event)}
      </RowButton>
      <span className="truncate text-muted @max-2xl:col-start-1 @max-2xl:row-start-2">
        <Whom event={event} />
      </span>
      <span className="@max-2xl:col-start-2 @max-2xl:row-start-1">
        {event.outcome !== 'ok' && (
          <Badge variant={variant} icon={icon}>
            {word}
          </Badge>
        )}
      </span>
      <span className="relative justify-self-end text-sm text-faint @max-2xl:col-start-2 @max-2xl:row-start-2">
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
