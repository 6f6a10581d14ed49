'use client';
import { Filter } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import { toast } from '#components/ui/toast.ts';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
import { eventTitle } from './action-words.ts';
import { eventButtonId, outcomeBadges } from './event-row.tsx';
import { changesOf, valueWords } from './event-words.ts';
import type { AuditFilters } from './use-audit-filters.ts';

interface EventPanelProps {
  event: AuditEventView;
  onFilter: (change: Partial<AuditFilters>) => void;
  onClose: () => void;
}

/** Everything that is known of one event. What has an id leads to all about it. */
export function EventPanel({ event, onFilter, onClose }: EventPanelProps) {
  const { word, variant, icon } = outcomeBadges[event.outcome];
  const { actor, resource } = event;
  const { changes, facts } = changesOf(event.detail);
  return (
    <SidePanel
      title={eventTitle(event)}
      description={exactWords(new Date(event.time))}
      onClose={onClose}
      returnTo={() => document.getElementById(eventButtonId(event.sequence))}
    >
      <dl className="grid gap-4">
        <Fact name="Action">
          <span className="flex flex-wrap items-center gap-1">
            <code className="font-mono text-xs text-muted select-all">{event.action}</code>
            <Button size="sm" variant="ghost" onClick={() => onFilter({ action: event.action })}>
              <Filter aria-hidden />
              Only this action
            </Button>
          </span>
        </Fact>
        <Fact name="Outcome">
          <Badge variant={variant} icon={icon}>
            {word}
          </Badge>
          {event.code && <span className="ml-2 text-muted">{event.code}</span>}
        </Fact>
        <Fact name={actor.kind === 'user' ? 'Who' : `Who (${actor.kind})`}>
          {actor.label}
          <Id id={actor.id} only="Only this person" onFilter={() => onFilter({ actor: actor.id })} />
        </Fact>
        {resource && (
          <Fact name={`To what (${resource.type})`}>
            {resource.label}
            <Id
              id={resource.id}
              only="Only about this"
              onFilter={() => onFilter({ resource: resource.id })}
            />
          </Fact>
        )}
        {event.credentialId && (
          <Fact name="With which credential">
            <Id
              id={event.credentialId}
              only="Only with this"
              onFilter={() => onFilter({ credential: event.credentialId })}
            />
          </Fact>
        )}
        {changes.map(({ field, from, to }) => (
          <Fact key={field} name={`Changed: ${field}`}>
            <del className="text-muted">{valueWords(from)}</del>
            <span aria-hidden> → </span>
            <ins className="font-medium no-underline">{valueWords(to)}</ins>
          </Fact>
        ))}
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {valueWords(value)}
          </Fact>
        ))}
        {event.address && <Fact name="From which address">{event.address}</Fact>}
        {event.userAgent && <Fact name="With which program">{event.userAgent}</Fact>}
        {event.requestId && (
          <Fact name="Request">
            <Id id={event.requestId} />
          </Fact>
        )}
        <Fact name="Number in the log">{event.sequence}</Fact>
      </dl>
    </SidePanel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs font-medium text-faint">{name}</dt>
      <dd className="mt-1 break-words">{children}</dd>
    </div>
  );
}

function Id({ id, only, onFilter }: { id: string | null; only?: string; onFilter?: () => void }) {
  if (!id) return null;
  const sayRefused = () =>
    toast({ title: 'Copying was refused', detail: 'Select the id and copy it by hand.', variant: 'error' });
  return (
    <span className="flex flex-wrap items-center gap-1">
      <code className="min-w-0 font-mono text-xs break-all text-muted select-all">{id}</code>
      <CopyButton bare variant="ghost" size="icon" text={id} label={`Copy ${id}`} onRefused={sayRefused} />
      {only && (
        <Button size="sm" variant="ghost" onClick={onFilter}>
          <Filter aria-hidden />
          {only}
        </Button>
      )}
    </span>
  );
}
