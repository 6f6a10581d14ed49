'use client';
import { useQuery } from '@tanstack/react-query';
import { CalendarRange, CircleCheck, X, Zap } from 'lucide-react';
import { trpcClient } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { type ListControl, listControl, ListToolbar } from '#components/ui/list-toolbar.tsx';
import { outcomeBadges } from './event-row.tsx';
import { type AuditFilters, outcomes, ranges, rangeWords } from './use-audit-filters.ts';

interface ToolbarProps {
  filters: AuditFilters;
  summary: string | undefined;
  onChange: (change: Partial<AuditFilters>) => void;
  onClear: (() => void) | undefined;
}

const idWords = { actor: 'One person', resource: 'One thing', credential: 'One credential' } as const;

export function AuditToolbar({ filters, summary, onChange, onClear }: ToolbarProps) {
  const ids = (['actor', 'resource', 'credential'] as const).filter((name) => filters[name]);
  return (
    <ListToolbar
      search={{
        label: 'Search who, what, address or id',
        value: filters.search,
        onSearch: (search) => onChange({ search }),
      }}
      controls={useControls(filters, onChange)}
      fields={
        filters.range === 'custom' && (
          <span className="flex flex-wrap items-center gap-2 text-muted">
            <Day label="From" value={filters.from} onPick={(from) => onChange({ from })} />
            <Day label="To" value={filters.to} onPick={(to) => onChange({ to })} />
          </span>
        )
      }
      summary={summary}
      onClear={onClear}
    >
      {ids.map((name) => (
        <Button
          key={name}
          onClick={() => onChange({ [name]: null })}
          aria-label={`${idWords[name]}: show all again`}
        >
          {idWords[name]}
          <X aria-hidden />
        </Button>
      ))}
    </ListToolbar>
  );
}

function useControls(
  { action, outcome, range }: AuditFilters,
  onChange: ToolbarProps['onChange'],
): ListControl[] {
  const actions = useActions(action);
  return [
    listControl({
      icon: Zap,
      label: 'Action',
      value: action ?? 'all',
      options: [['all', 'Any action'], ...actions.map((name) => [name, name] as const)],
      onChoose: (value) => onChange({ action: value === 'all' ? null : value }),
      isSet: action !== null,
    }),
    listControl({
      icon: CircleCheck,
      label: 'Outcome',
      value: outcome ?? 'all',
      options: [['all', 'Any outcome'], ...outcomes.map((name) => [name, outcomeBadges[name].word] as const)],
      onChoose: (value) => onChange({ outcome: value === 'all' ? null : value }),
      isSet: outcome !== null,
    }),
    listControl({
      icon: CalendarRange,
      label: 'Time',
      value: range ?? 'all',
      options: (['all', ...ranges] as const).map((name) => [name, rangeWords[name]] as const),
      onChoose: (value) => onChange({ range: value === 'all' ? null : value }),
      isSet: range !== null,
    }),
  ];
}

/** What the log holds, the nouns too; and what is asked for, whether it holds that or not. */
function useActions(action: string | null): readonly string[] {
  const { data } = useQuery({
    queryKey: ['audit', 'actions'],
    queryFn: ({ signal }) => trpcClient.audit.actions.query(undefined, { signal }),
    staleTime: 60_000,
  });
  const actions = data?.actions ?? [];
  const nouns = [...new Set(actions.map((name) => `${name.split('.')[0]}.*`))];
  const known = [...nouns, ...actions].toSorted();
  return action && !known.includes(action) ? [action, ...known] : known;
}

function Day({
  label,
  value,
  onPick,
}: {
  label: string;
  value: string | null;
  onPick: (day: string | null) => void;
}) {
  return (
    <label className="flex items-center gap-1.5 text-sm">
      {label}
      <input
        type="date"
        value={value ?? ''}
        onChange={(event) => onPick(event.target.value || null)}
        className="h-8 rounded-control border border-line-strong bg-surface px-2 text-ink"
      />
    </label>
  );
}
