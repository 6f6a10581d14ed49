'use client';
import { useQuery } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { ReachPageView } from '#server/credentials/access-review/schema.ts';
import { serversKey } from './servers-key.ts';

type Reaching = ReachPageView['items'][number];

const kinds: Record<Reaching['kind'], string> = {
  user: 'Person',
  pat: 'Token',
  key: 'API key',
  agent: 'Agent',
};
const reasons: Record<Reaching['reason'], string> = {
  id: 'names this tool',
  prefix: 'names all of this server',
  '*': 'names every tool',
  role: 'by role',
};
const shown = 50;

/** Who can call a tool at this moment, and why. That it was looked at is audited. */
export function ToolReach({ resource }: { resource: string }) {
  const { data, error } = useQuery({
    queryKey: [...serversKey, 'reach', resource],
    queryFn: ({ signal }) =>
      trpcClient.access.list.query({ type: 'mcp_tool', id: resource, limit: shown }, { signal }),
  });
  if (error) return <p className="text-sm text-danger">{sentenceOf(problemOf(error))}</p>;
  if (!data) return <Skeleton className="h-5 w-48" />;
  if (data.items.length === 0) return <p className="text-sm text-muted">No one.</p>;
  return (
    <>
      <ul className="grid gap-1.5 text-sm">
        {data.items.map(({ kind, id, label, owner, reason }) => (
          <li key={id} className="flex items-baseline gap-3">
            <span className="min-w-0 flex-1 truncate">
              {label} <span className="text-faint">{owner && `of ${owner.label}`}</span>
            </span>
            <span className="shrink-0 text-xs text-faint">
              {kinds[kind]}, {reasons[reason]}
            </span>
          </li>
        ))}
      </ul>
      {data.nextCursor && (
        <p className="mt-2 text-sm text-muted">
          And more: <code className="font-mono text-xs break-all">keyward access mcp_tool:{resource}</code>
        </p>
      )}
    </>
  );
}
