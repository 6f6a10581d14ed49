'use client';
import { countControl } from '#components/ui/count-control.tsx';
import { ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { statuses, statusOf, statusWords } from './server-status.tsx';
import type { ServerFilters } from './use-server-filters.ts';

interface ToolbarProps {
  filters: ServerFilters;
  servers: readonly ServerView[] | undefined;
  summary: string | undefined;
  onChange: (change: Partial<ServerFilters>) => void;
  onClear: (() => void) | undefined;
}

export function ServersToolbar({ filters, servers, summary, onChange, onClear }: ToolbarProps) {
  return (
    <ListToolbar
      search={{
        label: 'Search alias or address',
        value: filters.search,
        onSearch: (search) => onChange({ search }),
      }}
      controls={[
        countControl({
          label: 'Status',
          words: statusWords,
          values: statuses,
          counts: servers && countsOf(servers),
          value: filters.status,
          onChoose: (status) => onChange({ status }),
        }),
      ]}
      summary={summary}
      onClear={onClear}
    />
  );
}

function countsOf(servers: readonly ServerView[]) {
  const counts = { total: servers.length, up: 0, degraded: 0, down: 0, disabled: 0 };
  for (const server of servers) counts[statusOf(server)]++;
  return counts;
}
