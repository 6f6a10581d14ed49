'use client';
import { ArrowDownWideNarrow, Power, UserRound } from 'lucide-react';
import { countControl } from '#components/ui/count-control.tsx';
import { listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import type { AgentPageView, AgentView } from '#server/credentials/agents/schema.ts';
import { statuses, statusWords } from './agent-status.tsx';
import { type AgentFilters, sorts, sortWords } from './use-agent-filters.ts';

interface ToolbarProps {
  filters: AgentFilters;
  counts: AgentPageView['counts'] | undefined;
  /** Those to choose an owner among. */
  owners: readonly Pick<AgentView['owner'], 'id' | 'label'>[];
  summary: string | undefined;
  onChange: (change: Partial<AgentFilters>) => void;
  onClear: (() => void) | undefined;
}

export function AgentsToolbar({ filters, counts, owners, summary, onChange, onClear }: ToolbarProps) {
  const total = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { owner, enabled } = filters;
  const whose = listControl({
    icon: UserRound,
    label: 'Owner',
    value: owner ?? 'anyone',
    options: [['anyone', 'Any owner'], ...owners.map(({ id, label }) => [id, label] as const)],
    onChoose: (chosen) => onChange({ owner: chosen === 'anyone' ? null : chosen }),
    isSet: owner !== null,
  });
  return (
    <ListToolbar
      search={{
        label: 'Search name or prefix',
        value: filters.search,
        onSearch: (search) => onChange({ search }),
      }}
      controls={[
        countControl({
          label: 'Status',
          words: statusWords,
          values: statuses,
          counts: counts && { ...counts, total: total ?? 0 },
          value: filters.status,
          onChoose: (status) => onChange({ status }),
        }),
        ...(owners.length > 1 || owner ? [whose] : []),
        listControl({
          icon: Power,
          label: 'Enabled',
          value: enabled === null ? 'any' : String(enabled),
          options: [
            ['any', 'On and off'],
            ['true', 'Enabled'],
            ['false', 'Disabled'],
          ],
          onChoose: (chosen) => onChange({ enabled: chosen === 'any' ? null : chosen === 'true' }),
          isSet: enabled !== null,
        }),
        listControl({
          icon: ArrowDownWideNarrow,
          label: 'Sort',
          value: filters.sort,
          options: sorts.map((sort) => [sort, sortWords[sort]] as const),
          onChoose: (sort) => onChange({ sort }),
        }),
      ]}
      summary={summary}
      onClear={onClear}
    />
  );
}
