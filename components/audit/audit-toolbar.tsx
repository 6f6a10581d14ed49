'use client';
import { useQuery } from '@tanstack/react-query';
import { CalendarRange, CircleCheck, X, Zap } from 'lucide-react';
import type { ReactNode } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { SelectMenu } from '#components/ui/select-menu.tsx';
import { outcomeBadges } from './event-row.tsx';
import { type AuditFilters, outcomes, ranges, rangeWords } from './use-audit-filters.ts';

interface ToolbarProps {
  filters: AuditFilters;
  onChange: (change: Partial<AuditFilters>) => void;
  children: ReactNode;
}

const idWords = { actor: 'One person', resource: 'One thing', credential: 'One credential' } as const;

export function AuditToolbar({ filters, onChange, children }: ToolbarProps) {
  const ids = (['actor', 'resource', 'credential'] as const).filter((name) => filters[name]);
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap gap-2">
        <div className="flex min-w-56 flex-1">
          <SearchField
            label="Search who, what, address or id"
            value={filters.search}
            onSearch={(search) => onChange({ search })}
          />
        </div>
        {children}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <ActionMenu action={filters.action} onChange={onChange} />
        <SelectMenu
          align="start"
          icon={CircleCheck}
          label="Outcome"
          value={filters.outcome ?? 'all'}
          options={[
            ['all', 'Any outcome'],
            ...outcomes.map((name) => [name, outcomeBadges[name].word] as const),
          ]}
          onChoose={(value) => onChange({ outcome: value === 'all' ? null : value })}
          isSet={filters.outcome !== null}
        />
        <SelectMenu
          align="start"
          icon={CalendarRange}
          label="Time"
          value={filters.range ?? 'all'}
          options={(['all', ...ranges] as const).map((name) => [name, rangeWords[name]] as const)}
          onChoose={(value) => onChange({ range: value === 'all' ? null : value })}
          isSet={filters.range !== null}
        />
        {filters.range === 'custom' && (
          <span className="flex flex-wrap items-center gap-2 text-muted">
            <Day label="From" value={filters.from} onPick={(from) => onChange({ from })} />
            <Day label="To" value={filters.to} onPick={(to) => onChange({ to })} />
          </span>
        )}
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
      </div>
    </div>
  );
}

function ActionMenu({ action, onChange }: { action: string | null; onChange: ToolbarProps['onChange'] }) {
  const { data } = useQuery({
    queryKey: ['audit', 'actions'],
    queryFn: ({ signal }) => trpcClient.audit.actions.query(undefined, { signal }),
    staleTime: 60_000,
  });
  const actions = data?.actions ?? [];
  const nouns = [...new Set(actions.map((name) => `${name.split('.')[0]}.*`))];
  const known = [...nouns, ...actions].toSorted();
  const options = action && !known.includes(action) ? [action, ...known] : known;
  return (
    <SelectMenu
      align="start"
      icon={Zap}
      label="Action"
      value={action ?? 'all'}
      options={[['all', 'Any action'], ...options.map((name) => [name, name] as const)]}
      onChoose={(value) => onChange({ action: value === 'all' ? null : value })}
      isSet={action !== null}
    />
  );
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
