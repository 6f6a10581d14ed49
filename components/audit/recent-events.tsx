'use client';
import { useQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { eventTitle } from './action-words.ts';

const shown = 5;

interface RecentEventsProps {
  title: string;
  /** Whose acts, or what happened to what, by id. */
  of: { actor: string } | { resource: string };
}

/** The newest that the audit log has of someone or something. */
export function RecentEvents({ title, of }: RecentEventsProps) {
  const { data, isError } = useQuery({
    queryKey: ['audit', 'recent', of],
    queryFn: ({ signal }) => trpcClient.audit.list.query({ ...of, limit: shown }, { signal }),
  });
  return (
    <PanelSection title={title}>
      {isError && <p className="text-sm text-muted">It could not be looked up.</p>}
      {!data && !isError && <Skeleton className="h-3.5 w-52" />}
      {data?.items.length === 0 && <p className="text-sm text-muted">Nothing yet.</p>}
      <ul className="grid gap-2">
        {data?.items.map(({ sequence, action, detail, actor, resource, outcome, time }) => (
          <li key={sequence} className="flex items-baseline gap-3 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {eventTitle({ action, detail })}{' '}
              <span className="text-faint">{'actor' in of ? resource?.label : actor?.label}</span>
              {outcome !== 'ok' && <span className="text-danger"> {outcome}</span>}
            </span>
            <span className="shrink-0 text-xs text-faint">
              <TimeAgo at={time} />
            </span>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
