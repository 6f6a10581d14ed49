'use client';
import { useQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { actionTitle } from '#components/audit/action-words.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { PanelSection } from './panel-section.tsx';

const shown = 5;

/** What a person did last, as the audit log has it. */
export function UserEvents({ id }: { id: string }) {
  const { data, isError } = useQuery({
    queryKey: ['audit', 'of-user', id],
    queryFn: ({ signal }) => trpcClient.audit.list.query({ actor: id, limit: shown }, { signal }),
  });
  return (
    <PanelSection title="What they did last">
      {isError && <p className="text-sm text-muted">It could not be looked up.</p>}
      {!data && !isError && <Skeleton className="h-3.5 w-52" />}
      {data?.items.length === 0 && <p className="text-sm text-muted">Nothing yet.</p>}
      <ul className="grid gap-2">
        {data?.items.map(({ sequence, action, resource, outcome, time }) => (
          <li key={sequence} className="flex items-baseline gap-3 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {actionTitle(action)} <span className="text-faint">{resource?.label}</span>
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
